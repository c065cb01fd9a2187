// What `deputy doctor` says of the tokens that open `/mcp`: whether their issuer can be read, and whether it says what it took back.

import { systemClock } from "../base/clock.ts";
import { formatDuration } from "../config/duration.ts";
import type { Config } from "../config/load-config.ts";
import { createIssuerKeys } from "../grants/issuer-keys.ts";
import { createIntrospection } from "../grants/token-introspection.ts";
import { createGuardedRequest } from "../net/guarded-request.ts";
import { createWhatwgFetch } from "../net/whatwg-fetch.ts";
import type { Finding } from "./check.ts";

const mostBytes = 256 * 1024;
const timeoutMs = 5_000;

/** Throws where the issuer can't be asked: that is the failed check. */
export async function tokensCheck(
  { file: { settings }, limits }: Config,
  offline: boolean,
): Promise<Finding> {
  const { mcp_server: door } = settings;
  if (!door) return { status: "skip", observed: "nobody hands work over at /mcp" };
  const { issuer, introspection, token_age: age } = door;
  if (offline) return { status: "skip", observed: `${issuer} was not asked` };
  const clock = systemClock;
  const request = createGuardedRequest({ allow: limits.egressAllow ?? [], clock });
  const fetch = createWhatwgFetch(request, {
    redirect: "same-origin",
    maxBytes: mostBytes,
    totalTimeoutMs: timeoutMs,
  });
  const keys = createIssuerKeys(issuer, { fetch, clock });
  const { introspection_endpoint: endpoint } = await keys.metadata();
  if (introspection) {
    const asking = { clientId: introspection.client_id, clientSecret: introspection.client_secret };
    const told = createIntrospection(
      { ...asking, endpoint: introspection.endpoint },
      { fetch, clock, metadata: () => keys.metadata() },
    );
    const stands = await told.stands("a-token-of-nobody", { sub: "nobody", until: clock.now() });
    if (!stands) return { status: "pass", observed: `${issuer} is read, and says which tokens it took back` };
    return {
      status: "fail",
      observed: `${issuer} stands by a token that it never gave`,
      fix: "Correct mcp_server.introspection: what answers there is no introspection endpoint (RFC 7662).",
    };
  }
  const observed = `${issuer} is read; a token that it took back holds until its end, ${formatDuration(age)} at most`;
  if (endpoint === undefined) return { status: "pass", observed };
  return {
    status: "warn",
    observed,
    fix: "The issuer can be asked (RFC 7662): register a client for that, and set mcp_server.introspection.",
  };
}
