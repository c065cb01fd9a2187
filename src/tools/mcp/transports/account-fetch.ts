// Requests to one server with one account (SH1): the token of this moment, on the server's origin and nowhere else.

import { bearerChallenge } from "../../../grants/discovery/challenge.ts";
import { createWhatwgFetch } from "../../../net/whatwg-fetch.ts";
import type { McpServer, TransportUse } from "../contract.ts";
import { McpFailure, McpNeedsScopes } from "../errors.ts";
import { refusedWith } from "../protocol-errors.ts";

const mostAnswerBytes = 16 * 1024 * 1024;
/** Whoever waits has shorter timeouts; an answer that is not a stream has its first line when it is ready. */
const longestCallMs = 15 * 60_000;

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export function accountFetch(server: McpServer, use: TransportUse): Fetch {
  const fetch = createWhatwgFetch(use.request, {
    redirect: "same-origin",
    maxBytes: mostAnswerBytes,
    headersTimeoutMs: longestCallMs,
    idleTimeoutMs: 0,
    onDenied: use.onDenied,
  });
  const { account } = use;
  const once = async (
    url: string | URL,
    init: RequestInit,
  ): Promise<{ response: Response; version: number }> => {
    if (!account) return { response: await fetch(url, init), version: 0 };
    const { secret, version } = await account.token();
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${secret.reveal()}`);
    return { response: await fetch(url, { ...init, headers }), version };
  };
  return async (url, init = {}) => {
    let sent = await once(url, init);
    if (sent.response.status === 401 && account) {
      await sent.response.body?.cancel();
      await account.rejected(sent.version);
      sent = await once(url, init);
    }
    if (init.method === "POST")
      await refuse(sent.response, { server, init, hasAccount: account !== undefined });
    return sent.response;
  };
}

interface Refusal {
  readonly server: McpServer;
  readonly init: RequestInit;
  readonly hasAccount: boolean;
}

/** Throws for an answer that says no; what comes of redirects and of what is broken (5xx) the transport says. */
async function refuse(response: Response, { server: { name }, init, hasAccount }: Refusal): Promise<void> {
  const { status } = response;
  if (status < 400 || status >= 500) return;
  const challenge = bearerChallenge(response.headers.get("www-authenticate"));
  await response.body?.cancel();
  if (status === 401) {
    throw new McpFailure(
      "mcp.unauthorized",
      hasAccount
        ? `The server ${name} refuses the account that was connected for it.`
        : `The server ${name} wants an account, and the configuration names no connection for it.`,
    );
  }
  if (status === 403 && challenge?.error === "insufficient_scope")
    throw new McpNeedsScopes(name, challenge.scopes);
  if (status === 404 && new Headers(init.headers).has("mcp-session-id")) {
    throw new McpFailure("mcp.session_lost", `The server ${name} has forgotten the session.`);
  }
  throw refusedWith(name, status);
}
