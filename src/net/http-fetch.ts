// `fetch` for endpoints that an operator has configured, such as a model's API: private addresses are fine, since the
// operator named them; what the other side may do to us is still bounded.
//
// Goes through undici's `request`, at half the price of its `fetch` for each call (docs/benchmarks.md, loop-overhead).
//
//   N7  An answer is bounded in bytes after decompression.
//   N8  Redirects stay on the origin: a key is never carried to another host.

import { Agent, type Dispatcher, request as send } from "undici";
import { decoded } from "./content-decoding.ts";
import { NetError, toNetError } from "./errors.ts";

export interface HttpFetchOptions {
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
}

interface Endpoint {
  readonly agent: Agent;
  readonly maxResponseBytes: number;
}

interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Read whole, so that it can be sent again after a redirect. */
  readonly body: string | Uint8Array | null;
  readonly redirect: string;
  readonly signal: AbortSignal | undefined;
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
    const outgoing = plainOutgoing(input, init) ?? (await anyOutgoing(new Request(input, init)));
    outgoing.signal?.throwIfAborted();
    try {
      return await follow(outgoing, endpoint);
    } catch (error) {
      outgoing.signal?.throwIfAborted();
      throw toNetError(error, outgoing.url.host);
    }
  };
}

/** Of what callers usually pass, without the detour of a `Request`. */
function plainOutgoing(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Outgoing | undefined {
  const { body = null, method = "GET", redirect = "follow" } = init;
  if (input instanceof Request || (body !== null && typeof body !== "string")) return undefined;
  const headers = new Headers(init.headers);
  if (body !== null && !headers.has("content-type")) headers.set("content-type", "text/plain;charset=UTF-8");
  const signal = init.signal ?? undefined;
  return { url: new URL(input), method, headers: Object.fromEntries(headers), body, redirect, signal };
}

async function anyOutgoing(request: Request): Promise<Outgoing> {
  return {
    url: new URL(request.url),
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? null : new Uint8Array(await request.arrayBuffer()),
    redirect: request.redirect,
    signal: request.signal,
  };
}

async function follow(outgoing: Outgoing, endpoint: Endpoint): Promise<Response> {
  const { method, body, signal } = outgoing;
  let { url } = outgoing;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await send(url, {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- undici takes any method, its type names the usual ones
      method: method.toUpperCase() as Dispatcher.HttpMethod,
      headers: { "accept-encoding": "identity", ...outgoing.headers },
      body,
      dispatcher: endpoint.agent,
      signal: signal ?? null,
    });
    const location = redirects.has(answer.statusCode) ? only(answer.headers["location"]) : undefined;
    if (location === undefined || outgoing.redirect === "manual") {
      return bounded(answer, url, { ...endpoint, signal });
    }
    await answer.body.dump();
    url = checkedRedirect(url, location, method, answer.statusCode);
  }
  throw new NetError(
    "net.too_many_redirects",
    `${url.host} redirects more than ${maxRedirects} times. Set the endpoint to its final address.`,
  );
}

function only(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
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

interface Bound {
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** The answer as a global `Response`, whose body breaks off when it becomes too large (N7). */
function bounded(answer: Dispatcher.ResponseData, url: URL, { maxResponseBytes, signal }: Bound): Response {
  const { statusCode, headers } = answer;
  const source = decoded(answer.body, only(headers["content-encoding"]));
  const pieces: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  let left = maxResponseBytes;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await pieces.next().catch((error: unknown) => {
        throw signal?.aborted ? signal.reason : toNetError(error, url.host);
      });
      if (piece.done) return controller.close();
      left -= piece.value.byteLength;
      if (left >= 0) return controller.enqueue(piece.value);
      source.destroy();
      throw tooLarge(url.host, maxResponseBytes);
    },
    cancel: () => void source.destroy(),
  });
  if (bodiless.has(statusCode)) source.resume();
  const response = new Response(bodiless.has(statusCode) ? null : body, {
    status: statusCode,
    headers: headerPairs(headers),
  });
  return Object.defineProperty(response, "url", { value: url.href });
}

function headerPairs(headers: Dispatcher.ResponseData["headers"]): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
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
