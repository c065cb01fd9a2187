// The guarded request in the shape of WHATWG `fetch`: what OAuth and MCP libraries take as theirs (EGR-1, A19).

import type { GuardedRequest, RequestLimits } from "./contract.ts";
import { NetError } from "./errors.ts";

export type FetchLimits = RequestLimits & {
  /** When the library says `follow`, or nothing. What it says besides is done: `error` refuses, `manual` returns. */
  readonly redirect: Exclude<RequestLimits["redirect"], "return">;
};

const bodiless = new Set([204, 205, 304]);

/** Rejects with a `NetError`, or with what the caller's signal aborted with. Bodies of requests are read whole first. */
export function createWhatwgFetch(request: GuardedRequest, limits: FetchLimits): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = requestOf(input, init);
    const body = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer());
    const signal = init?.signal ?? asked.signal;
    signal.throwIfAborted();
    try {
      const answer = await request(asked.url, {
        ...limits,
        method: asked.method,
        headers: Object.fromEntries(asked.headers),
        ...(body === undefined ? {} : { body }),
        redirect:
          asked.redirect === "follow" ? limits.redirect : asked.redirect === "error" ? "refuse" : "return",
        signal,
      });
      const response = new Response(bodiless.has(answer.status) ? null : answer.body, {
        status: answer.status,
        headers: answer.headers,
      });
      return Object.defineProperty(response, "url", { value: answer.url });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}

function requestOf(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch (cause) {
    // Of what is in the URL nothing is repeated: it may be a password.
    throw new NetError(
      "net.bad_url",
      "This can't be requested: the address or an option of it is not valid.",
      {
        cause,
      },
    );
  }
}
