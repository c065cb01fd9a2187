// `fetch` for endpoints that an operator has configured, such as a model's API: private addresses are fine, since the
// operator named them; what the other side may do to us is still bounded.
//
//   N7  An answer is bounded in bytes after decompression.
//   N8  Redirects stay on the origin: a key is never carried to another host.

import { Agent, fetch, type Response as UndiciResponse } from "undici";
import { NetError, toNetError } from "./errors.ts";

export interface HttpFetchOptions {
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
}

interface Endpoint {
  readonly agent: Agent;
  readonly maxResponseBytes: number;
}

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
const bodiless = new Set([101, 204, 205, 304]);

/**
 * A WHATWG `fetch`. How long an answer may take is the caller's business: pass a signal. Rejects with a `NetError`,
 * or with what the signal aborted with; reading the body of an answer that is too large fails with `net.too_large`.
 */
export function createHttpFetch(options: HttpFetchOptions): typeof globalThis.fetch {
  const agent = new Agent({
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const endpoint = { agent, maxResponseBytes: options.maxResponseBytes };
  return async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const request = new Request(input, { ...init, signal: null });
    try {
      return await follow(request, endpoint, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw toNetError(error, new URL(request.url).host);
    }
  };
}

type Signal = AbortSignal | undefined;

async function follow(request: Request, endpoint: Endpoint, signal: Signal): Promise<Response> {
  // Read whole, so that it can be sent again after a redirect.
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  let url = new URL(request.url);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await fetch(url, {
      method: request.method,
      headers: [...request.headers],
      body: body ?? null,
      redirect: "manual",
      dispatcher: endpoint.agent,
      signal: signal ?? null,
    });
    const location = redirects.has(answer.status) ? answer.headers.get("location") : null;
    if (location === null || request.redirect === "manual") return bounded(answer, endpoint, signal);
    await answer.body?.cancel();
    url = checkedRedirect(url, location, request.method, answer.status);
  }
  throw new NetError(
    "net.too_many_redirects",
    `${url.host} redirects more than ${maxRedirects} times. Set the endpoint to its final address.`,
  );
}

function checkedRedirect(from: URL, location: string, method: string, status: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const keepsMethod = status === 307 || status === 308 || method === "GET" || method === "HEAD";
  if (to?.origin === from.origin && keepsMethod) return to;
  throw new NetError(
    "net.blocked",
    `${from.host} redirects ${to?.origin === from.origin ? "a request that can't be repeated" : "to another host"}, ` +
      `which is not followed. Set the endpoint to its final address.`,
    { facts: { host: from.host, to: to?.host ?? "" } },
  );
}

/** The same answer as a global `Response`, whose body breaks off when it becomes too large (N7). */
function bounded(answer: UndiciResponse, { maxResponseBytes }: Endpoint, signal: Signal): Response {
  const { host } = new URL(answer.url);
  const reader = bodiless.has(answer.status) ? undefined : answer.body?.getReader();
  let left = maxResponseBytes;
  const body =
    reader &&
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const piece = await reader.read().catch((error: unknown) => {
          throw signal?.aborted ? error : toNetError(error, host);
        });
        if (piece.done) return controller.close();
        const bytes: Uint8Array = piece.value;
        left -= bytes.byteLength;
        if (left >= 0) return controller.enqueue(bytes);
        await reader.cancel();
        throw tooLarge(host, maxResponseBytes);
      },
      cancel: (reason) => reader.cancel(reason),
    });
  const { status, statusText } = answer;
  const response = new Response(body ?? null, { status, statusText, headers: [...answer.headers] });
  return Object.defineProperty(response, "url", { value: answer.url });
}

function tooLarge(host: string, maxBytes: number): NetError {
  return new NetError(
    "net.too_large",
    `The answer of ${host} is larger than ${maxBytes} bytes and was cut off.`,
    {
      facts: { host, maxBytes },
    },
  );
}
