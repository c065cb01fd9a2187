// One request to a host that others named: a model, a discovery document, a redirect (EGR-1). Nothing inside this network
// can be reached through it; where a connection may go is `guard.ts`.
//
//   N4  Every redirect is judged like the first address.
//   N5  Nothing is sent but what the caller gave: no cookies, no proxy of the environment; a connection is used for one
//       request. Leaving the origin, of the caller's headers only harmless ones go along.
//   N6  What is read is bounded in bytes after decompression, and in time.

import { type BodyInit, fetch, type Response } from "undici";
import type { Clock } from "../base/clock.ts";
import type { GuardedAnswer, GuardedRequest, GuardedRequestOptions, OnDenied } from "./contract.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { NetError, toNetError } from "./errors.ts";
import { createGuard, type Guard, type GuardOptions } from "./guard.ts";
import { type Hop, isRedirect, nextHop } from "./redirects.ts";

export interface GuardedRequestSetup extends GuardOptions {
  readonly clock: Clock;
  /** Told besides the request's own. */
  readonly onDenied?: OnDenied;
}

const maxRedirects = 5;
/** Nobody's to set: they belong to the connection, or say which host is meant. */
const ownHeaders = new Set(["host", "connection", "transfer-encoding", "content-length", "upgrade"]);

/** Throws a `NetError` when an entry of `allow` is not `host:port`. */
export function createGuardedRequest({ clock, onDenied, ...options }: GuardedRequestSetup): GuardedRequest {
  const guard = createGuard(options);
  return async (text, wanted) => {
    try {
      const hop = firstHop(guard.check(text), wanted);
      const deadline = createDeadline(clock, wanted.totalTimeoutMs, wanted.signal, hop.url.host);
      return await within(deadline, () => follow(hop, guard, wanted, deadline));
    } catch (error) {
      tell(error, [onDenied, wanted.onDenied]);
      throw error;
    }
  };
}

function firstHop(url: URL, { method = "GET", headers = {}, body }: GuardedRequestOptions): Hop {
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase()));
  return { url, method: method.toUpperCase(), headers: Object.fromEntries(kept), body: body ?? null };
}

async function within<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    deadline.end();
    throw error;
  }
}

function tell(error: unknown, listeners: readonly (OnDenied | undefined)[]): void {
  if (!(error instanceof NetError) || error.code !== "net.blocked") return;
  const denied = { host: String(error.facts["host"] ?? ""), why: error.message };
  for (const listener of listeners) listener?.(denied);
}

async function follow(
  first: Hop,
  guard: Guard,
  options: GuardedRequestOptions,
  deadline: Deadline,
): Promise<GuardedAnswer> {
  let hop = first;
  for (let count = 0; count <= maxRedirects; count += 1) {
    const sent = await send(hop, guard, options, deadline.signal);
    const { response } = sent;
    const location = isRedirect(response.status) ? response.headers.get("location") : null;
    if (location === null || options.redirect === "return") {
      const end = async (): Promise<void> => {
        deadline.end();
        await sent.close();
      };
      return answerOf(hop.url, response, { ...options, signal: deadline.signal, end });
    }
    await sent.close();
    hop = nextHop(hop, { to: guard.check(location, hop.url), status: response.status }, options.redirect);
  }
  throw new NetError(
    "net.too_many_redirects",
    `${first.url.host} redirects more than ${maxRedirects} times without an answer. Try another address.`,
  );
}

interface Sent {
  readonly response: Response;
  close(): Promise<void>;
}

async function send(
  { url, method, headers, body }: Hop,
  guard: Guard,
  options: GuardedRequestOptions,
  signal: AbortSignal,
): Promise<Sent> {
  const { headersTimeoutMs: headersMs = 30_000, idleTimeoutMs: idleMs = 30_000 } = options;
  const agent = guard.agentFor(url, { headersMs, idleMs });
  try {
    const init = { method, headers, body: body satisfies BodyInit | null, signal };
    const response = await fetch(url, { dispatcher: agent, redirect: "manual", ...init });
    return { response, close: () => agent.destroy() };
  } catch (error) {
    await agent.destroy();
    throw failureOf(error, url, signal);
  }
}

interface Reading {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly end: () => Promise<void>;
}

/** The answer, whose body breaks off when it becomes too large or takes too long (N6). */
async function answerOf(url: URL, response: Response, reading: Reading): Promise<GuardedAnswer> {
  const { status } = response;
  const headers = new Headers([...response.headers]);
  if (response.body === null) {
    await reading.end();
    return { url: url.href, status, headers, body: new Blob([]).stream() };
  }
  const pieces: AsyncIterator<Uint8Array> = response.body[Symbol.asyncIterator]();
  let left = reading.maxBytes;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await pieces.next();
        if (piece.done) {
          await reading.end();
          return controller.close();
        }
        left -= piece.value.byteLength;
        if (left < 0) throw tooLarge(url.host, reading.maxBytes);
        controller.enqueue(piece.value);
      } catch (error) {
        await reading.end();
        throw failureOf(error, url, reading.signal);
      }
    },
    cancel: () => reading.end(),
  });
  return { url: url.href, status, headers, body };
}

function failureOf(error: unknown, url: URL, signal: AbortSignal): NetError {
  return signal.reason instanceof NetError ? signal.reason : toNetError(error, url.host);
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
