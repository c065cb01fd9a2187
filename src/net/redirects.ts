// What is sent after a redirect, and whether it is followed at all (RFC 9110, 15.4).

import type { RedirectPolicy } from "./contract.ts";
import { NetError } from "./errors.ts";

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

const redirects = new Set([301, 302, 303, 307, 308]);
/** All that another origin gets to see of the caller's headers: a key may be under any name (N5). */
const harmless = new Set(["accept", "accept-language", "content-type", "user-agent", "mcp-protocol-version"]);

export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

/** `to` has been judged already. Throws a `NetError` where `policy` does not let it be followed. */
export function nextHop(
  from: Hop,
  { to, status }: { readonly to: URL; readonly status: number },
  policy: RedirectPolicy,
): Hop {
  const sameOrigin = to.origin === from.url.origin;
  if (policy === "refuse" || (policy === "same-origin" && !sameOrigin)) {
    throw new NetError(
      "net.blocked",
      `${from.url.host} redirects to ${sameOrigin ? "another page" : to.host}, which is not followed here. ` +
        "Use the final address.",
      { facts: { host: to.host } },
    );
  }
  const becomesGet = status === 303 ? from.method !== "HEAD" : status < 303 && from.method === "POST";
  const kept = Object.entries(from.headers).filter(([header]) => {
    const name = header.toLowerCase();
    return (sameOrigin || harmless.has(name)) && !(becomesGet && name.startsWith("content-"));
  });
  return {
    url: to,
    method: becomesGet ? "GET" : from.method,
    headers: Object.fromEntries(kept),
    body: becomesGet ? null : from.body,
  };
}
