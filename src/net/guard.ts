// What may be asked for, and where a connection may go (EGR-1): the judgement that every way out shares.
//
//   N3  A connection is made to an address that was checked for this very connection: what a name leads to is looked
//       up once, judged, and that list is what is connected to.
//   N9  Encrypted, on a usual port, without a user name in the URL; an operator's exceptions name host and port.

import type { LookupAddress, LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent } from "undici";
import {
  checkLiteral,
  literalAddress,
  noAddress,
  type Resolve,
  resolvePublic,
  systemResolve,
} from "./addresses.ts";
import { type EgressAllow, parseEgressAllow, portOf } from "./egress-allow.ts";
import { NetError, toNetError } from "./errors.ts";

export interface GuardOptions {
  /** `host:port` exceptions, for hosts and ports that would be refused. */
  readonly allow: readonly string[];
  readonly resolve?: Resolve;
  readonly connectTimeoutMs?: number;
}

export interface Guard {
  /** The URL, judged in all that can be told without looking its name up. Throws a `NetError`. */
  check(text: string, base?: URL): URL;
  /** The addresses a connection for `url` may go to: looked up now and judged (N3). Rejects with a `NetError`. */
  addressesOf(url: URL): Promise<readonly LookupAddress[]>;
  /** For one request to `url`: connects to what `addressesOf` says. */
  agentFor(url: URL, timeouts: { readonly headersMs: number; readonly idleMs: number }): Agent;
}

const ports = new Set([80, 443, 8080, 8443]);

/** Throws a `NetError` when an entry of `allow` is not `host:port`. */
export function createGuard(options: GuardOptions): Guard {
  const isAllowed = parseEgressAllow(options.allow);
  const resolve = options.resolve ?? systemResolve;
  const finder = (url: URL): Resolve =>
    isAllowed(url) ? resolve : (hostname) => resolvePublic(resolve, hostname);
  return {
    check: (text, base) => checked(text, isAllowed, base),
    async addressesOf(url) {
      const literal = literalAddress(url.hostname);
      if (literal !== undefined) return [{ address: literal, family: literal.includes(":") ? 6 : 4 }];
      const found = await finder(url)(url.hostname).catch((error: unknown) => {
        throw toNetError(error, url.hostname);
      });
      if (found.length === 0) throw noAddress(url.hostname);
      return found;
    },
    agentFor(url, timeouts) {
      const find = finder(url);
      const lookup: LookupFunction = (hostname, how, done) => void answer(find, hostname, how, done);
      return new Agent({
        connect: { lookup, timeout: options.connectTimeoutMs ?? 10_000 },
        headersTimeout: timeouts.headersMs,
        bodyTimeout: timeouts.idleMs,
        pipelining: 0,
      });
    },
  };
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

function checked(text: string, isAllowed: EgressAllow, base?: URL): URL {
  const url = parsed(text, base);
  if (isAllowed(url)) return url;
  if (!ports.has(portOf(url))) {
    throw blocked(
      url,
      `Port ${portOf(url)} of ${url.hostname} is refused: only ${[...ports].join(", ")} are open. An operator can allow it in DEPUTY_EGRESS_ALLOW.`,
    );
  }
  checkLiteral(url.hostname);
  if (url.protocol !== "https:") {
    throw blocked(
      url,
      `${url.host} would be asked without encryption, which is refused. Try the same address with https://. ` +
        "An operator can allow it in DEPUTY_EGRESS_ALLOW.",
    );
  }
  return url;
}

function parsed(text: string, base?: URL): URL {
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
  return url;
}

function blocked(url: URL, why: string): NetError {
  return new NetError("net.blocked", why, { facts: { host: url.host } });
}
