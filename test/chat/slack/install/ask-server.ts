// The few methods of installing, as Slack answers them: whose a token is, where it reaches, a code for a token.

import { type LoopbackServer, startLoopbackServer } from "../../../net/loopback-server.ts";

export interface KnownToken {
  readonly team: string;
  readonly enterprise?: string;
  readonly orgWide?: boolean;
  readonly workspaces?: readonly string[];
  readonly scopes?: readonly string[];
  readonly noBot?: boolean;
}

export interface AskServer {
  readonly apiUrl: string;
  /** By token; tests change them. */
  readonly tokens: Map<string, KnownToken>;
  /** Answers of `oauth.v2.access` by code, each good for one exchange. */
  readonly codes: Map<string, object>;
  /** Of the requests so far, the methods. */
  methods(): readonly string[];
  /** Every request fails with this status until it is unset. */
  broken: number | undefined;
  readonly server: LoopbackServer;
}

export async function startAskServer(tokens: Readonly<Record<string, KnownToken>> = {}): Promise<AskServer> {
  const server = await startLoopbackServer((request, response) => {
    if (ask.broken !== undefined) return void response.writeHead(ask.broken).end("no");
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    const form = new URLSearchParams(request.body);
    const known = ask.tokens.get(token);
    const headers = { "content-type": "application/json", "x-oauth-scopes": (known?.scopes ?? []).join(",") };
    response.writeHead(200, headers).end(JSON.stringify(answerOf(request.path, ask, { token, known, form })));
  });
  const ask: AskServer = {
    apiUrl: `${server.origin}/api`,
    tokens: new Map(Object.entries(tokens)),
    codes: new Map(),
    broken: undefined,
    methods: () => server.requests.map(({ path }) => path.replace("/api/", "")),
    server,
  };
  return ask;
}

interface Asked {
  readonly token: string;
  readonly known: KnownToken | undefined;
  readonly form: URLSearchParams;
}

function answerOf(path: string, { tokens, codes }: AskServer, { token, known, form }: Asked): object {
  if (path === "/api/oauth.v2.access") {
    const code = form.get("code") ?? "";
    const answer = codes.get(code);
    codes.delete(code);
    return answer ?? { ok: false, error: "invalid_code" };
  }
  if (!known) return { ok: false, error: token.startsWith("xoxb-old") ? "token_revoked" : "invalid_auth" };
  if (path === "/api/auth.revoke") return { ok: tokens.delete(token), revoked: true };
  if (path === "/api/apps.connections.open") return { ok: true, url: "wss://127.0.0.1/" };
  if (path === "/api/auth.teams.list")
    return { ok: true, teams: (known.workspaces ?? []).map((id) => ({ id })) };
  return identityOf(known);
}

function identityOf(known: KnownToken): object {
  return {
    ok: true,
    team_id: known.team,
    user_id: "UBOT",
    app_id: "A1",
    is_enterprise_install: known.orgWide ?? false,
    ...(known.noBot ? {} : { bot_id: "B1" }),
    ...(known.enterprise === undefined ? {} : { enterprise_id: known.enterprise }),
  };
}
