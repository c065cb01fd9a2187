// The one way to hosts that a model names (EGR-1): nothing inside this network can be reached through it.
//
//   N3  A connection is made to an address that was checked for this very connection: what a name leads to is looked
//       up once, judged, and that list is what is connected to.
//   N4  Every redirect is judged like the first address.
//   N5  No credentials, no cookies, no proxy of the environment; a connection is used for one request.
//   N6  What is read is bounded in bytes after decompression, and in time.

import type { LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, fetch, type Response } from "undici";
import type { Clock } from "../base/clock.ts";
import { checkLiteral, noAddress, type Resolve, resolvePublic, systemResolve } from "./addresses.ts";
import type { FetchedPage, GuardedFetch } from "./contract.ts";
import { createDeadline } from "./deadline.ts";
import { type EgressAllow, parseEgressAllow, portOf } from "./egress-allow.ts";
import { NetError, toNetError } from "./errors.ts";

export interface GuardedFetchOptions {
  /** `host:port` exceptions, for hosts and ports that would be refused. */
  readonly allow: readonly string[];
  readonly clock: Clock;
  readonly resolve?: Resolve;
  readonly connectTimeoutMs?: number;
  /** From the request to the first line of the answer. */
  readonly headersTimeoutMs?: number;
  /** From one piece of the answer to the next. */
  readonly idleTimeoutMs?: number;
  /** For everything, redirects included. */
  readonly totalTimeoutMs?: number;
}

interface Guard {
  readonly isAllowed: EgressAllow;
  readonly resolve: Resolve;
  readonly timeouts: { readonly connectMs: number; readonly headersMs: number; readonly idleMs: number };
}

const maxRedirects = 5;
const ports = new Set([80, 443, 8080, 8443]);
const redirects = new Set([301, 302, 303, 307, 308]);

/** Throws a `NetError` when an entry of `allow` is not `host:port`. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const guard: Guard = {
    isAllowed: parseEgressAllow(options.allow),
    resolve: options.resolve ?? systemResolve,
    timeouts: {
      connectMs: options.connectTimeoutMs ?? 10_000,
      headersMs: options.headersTimeoutMs ?? 30_000,
      idleMs: options.idleTimeoutMs ?? 30_000,
    },
  };
  return async (text, { maxBytes, signal }) => {
    const url = checkedUrl(text, guard);
    const deadline = createDeadline(options.clock, options.totalTimeoutMs ?? 60_000, signal, url.host);
    try {
      return await follow(url, guard, { maxBytes, signal: deadline.signal });
    } finally {
      deadline.end();
    }
  };
}

type FetchOptions = Parameters<GuardedFetch>[1];

async function follow(first: URL, guard: Guard, options: FetchOptions): Promise<FetchedPage> {
  let url = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const answer = await fetchOnce(url, guard, options);
    if (!("redirect" in answer)) return answer;
    url = checkedUrl(answer.redirect, guard, url);
  }
  throw new NetError(
    "net.too_many_redirects",
    `${first.host} redirects more than ${maxRedirects} times without an answer. Try another address.`,
  );
}

async function fetchOnce(
  url: URL,
  guard: Guard,
  { maxBytes, signal }: FetchOptions,
): Promise<FetchedPage | { readonly redirect: string }> {
  const agent = agentFor(url, guard);
  try {
    const response = await fetch(url, {
      dispatcher: agent,
      redirect: "manual",
      signal,
      headers: {
        "user-agent": "Deputy/0.1 (+a self-hosted assistant)",
        accept: "*/*",
        "accept-language": "en,*;q=0.5",
      },
    });
    const location = redirects.has(response.status) ? response.headers.get("location") : null;
    if (location !== null) return { redirect: location };
    const { body, truncated } = await readBody(response, maxBytes);
    const contentType = response.headers.get("content-type") ?? "";
    return { url: url.href, status: response.status, contentType, body, truncated };
  } catch (error) {
    throw signal.reason instanceof NetError ? signal.reason : toNetError(error, url.host);
  } finally {
    await agent.destroy();
  }
}

async function readBody(response: Response, maxBytes: number): Promise<{ body: Buffer; truncated: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return { body: Buffer.alloc(0), truncated: false };
  for await (const piece of response.body) {
    const bytes: Uint8Array = piece;
    pieces.push(bytes);
    size += bytes.byteLength;
    if (size > maxBytes) return { body: Buffer.concat(pieces).subarray(0, maxBytes), truncated: true };
  }
  return { body: Buffer.concat(pieces), truncated: false };
}

/** Connects to what `url` leads to, if that is allowed (N3). */
function agentFor(url: URL, { isAllowed, resolve, timeouts }: Guard): Agent {
  const find = isAllowed(url) ? resolve : (hostname: string) => resolvePublic(resolve, hostname);
  const lookup: LookupFunction = (hostname, options, done) => void answer(find, hostname, options, done);
  return new Agent({
    connect: { lookup, timeout: timeouts.connectMs },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
    pipelining: 0,
  });
}

type LookedUp = Parameters<LookupFunction>[2];

async function answer(
  find: Resolve,
  hostname: string,
  { all }: LookupOptions,
  done: LookedUp,
): Promise<void> {
  const outcome = await find(hostname).catch((error: unknown) => toNetError(error, hostname));
  if (outcome instanceof NetError) return done(outcome, "");
  const [first] = outcome;
  if (first === undefined) return done(noAddress(hostname), "");
  return all === true ? done(null, [...outcome]) : done(null, first.address, first.family);
}

function checkedUrl(text: string, guard: Guard, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) {
    throw new NetError(
      "net.bad_url",
      `${JSON.stringify(text.slice(0, 200))} is not a URL. Give one like https://example.com/page.`,
    );
  }
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new NetError("net.bad_url", `Only http and https can be fetched, not ${url.protocol.slice(0, 40)}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new NetError(
      "net.bad_url",
      `The URL of ${url.host} has a user name or password in it. Leave them out.`,
    );
  }
  if (guard.isAllowed(url)) return url;
  if (!ports.has(portOf(url))) {
    throw new NetError(
      "net.blocked",
      `Port ${portOf(url)} of ${url.hostname} is refused: only ${[...ports].join(", ")} are open. An operator can allow it in DEPUTY_EGRESS_ALLOW.`,
      { facts: { host: url.host } },
    );
  }
  checkLiteral(url.hostname);
  return url;
}
