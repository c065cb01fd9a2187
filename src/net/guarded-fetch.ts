// A page or file for the model: `fetch_url`'s way out, whose answer is cut where it is too large.

import type { FetchedPage, GuardedFetch, GuardedRequest } from "./contract.ts";
import { createGuardedRequest, type GuardedRequestSetup } from "./guarded-request.ts";

export interface GuardedFetchOptions extends GuardedRequestSetup {
  readonly headersTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** For everything, redirects included. */
  readonly totalTimeoutMs?: number;
}

const headers = {
  "user-agent": "Deputy/0.1 (+a self-hosted assistant)",
  accept: "*/*",
  "accept-language": "en,*;q=0.5",
};

/** Throws a `NetError` when an entry of `allow` is not `host:port`. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { headersTimeoutMs, idleTimeoutMs, totalTimeoutMs = 60_000, ...setup } = options;
  const request = createGuardedRequest(setup);
  const limits = {
    totalTimeoutMs,
    ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
  };
  return async (url, { maxBytes, ...wanted }) => {
    const answer = await request(url, {
      ...wanted,
      ...limits,
      headers,
      redirect: "follow",
      maxBytes: Number.POSITIVE_INFINITY,
    });
    const { body, truncated } = await readBody(answer.body, maxBytes);
    const contentType = answer.headers.get("content-type") ?? "";
    return { url: answer.url, status: answer.status, contentType, body, truncated };
  };
}

type Body = Awaited<ReturnType<GuardedRequest>>["body"];

async function readBody(body: Body, maxBytes: number): Promise<Pick<FetchedPage, "body" | "truncated">> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the body.
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size > maxBytes) return { body: Buffer.concat(pieces).subarray(0, maxBytes), truncated: true };
  }
  return { body: Buffer.concat(pieces), truncated: false };
}
