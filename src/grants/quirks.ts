// What deviates from the standard at a service's token endpoint, undone before and after the protocol library (PV1).

import { parseJson } from "../base/json.ts";
import type { Provider } from "./provider.ts";

type Fetch = typeof globalThis.fetch;

/** A fetch that speaks the standard to us and the service's own way to the service. */
export function standardFetch(provider: Provider, fetch: Fetch): Fetch {
  const { quirks, server } = provider;
  const has = (name: (typeof quirks)[number]["quirk"]) => quirks.some(({ quirk }) => quirk === name);
  if (server.kind !== "fixed" || !quirks.some(({ quirk }) => quirk !== "authorization-parameters"))
    return fetch;
  return async (input, init) => {
    const isToken = String(input instanceof Request ? input.url : input) === server.tokenEndpoint;
    if (!isToken) return fetch(input, init);
    const response = await fetch(input, has("json-token-request") ? asJson(init) : init);
    return standardAnswer(provider, response);
  };
}

function asJson(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set("content-type", "application/json");
  const body = init?.body;
  const form = new URLSearchParams(body instanceof URLSearchParams || typeof body === "string" ? body : "");
  return { ...init, headers, body: JSON.stringify(Object.fromEntries(form)) };
}

async function standardAnswer({ quirks }: Provider, response: Response): Promise<Response> {
  const text = await response.text();
  const json = parseJson(text)?.value;
  let { status } = response;
  let body: unknown = json;
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    const members: Record<string, unknown> = { ...json };
    for (const quirk of quirks) {
      if (quirk.quirk === "no-token-type") members["token_type"] = "bearer";
      const error = quirk.quirk === "errors-with-200" ? members[quirk.error] : undefined;
      if (typeof error !== "string" || status !== 200) continue;
      status = 400;
      members["error"] = oauthError(error);
    }
    body = members;
  }
  return new Response(json === undefined ? text : JSON.stringify(body), {
    status,
    headers: { "content-type": response.headers.get("content-type") ?? "application/json" },
  });
}

/** What services call a refresh token or code that no longer works. */
const dead = new Set([
  "bad_refresh_token",
  "bad_verification_code",
  "invalid_refresh_token",
  "token_revoked",
  "invalid_code",
]);

function oauthError(error: string): string {
  return dead.has(error) ? "invalid_grant" : error;
}
