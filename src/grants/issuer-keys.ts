// What an issuer of tokens says of itself (OpenID Connect, or RFC 8414), and the keys that it publishes: kept, and asked for again
// when one is not known.

import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { AppError, errorText } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";

export interface IssuerKeys {
  /** Rejects with `KeysUnavailable`. */
  current(): Promise<JWTVerifyGetKey>;
  /** As it says of itself. Rejects with `KeysUnavailable`. */
  metadata(): Promise<IssuerMetadata>;
}

/** The issuer does not answer, or not as an issuer does. */
export class KeysUnavailable extends AppError<"grant.unavailable"> {}

const Metadata = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  // Keys are read also where these are not what they should be: they are as if they were not there.
  introspection_endpoint: z.url().optional().catch(undefined),
  introspection_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
});
export type IssuerMetadata = z.infer<typeof Metadata>;

const timeoutMs = 5_000;
/** Metadata is looked at again after this long, and after a failure not before this. */
const metadataMs = 3_600_000;
const pauseMs = 5_000;
/** An unknown key has the keys fetched once in this time, whoever sends how many. */
const cooldownMs = 30_000;
const keptMs = 600_000;

interface Found {
  readonly metadata: IssuerMetadata;
  readonly keys: JWTVerifyGetKey;
}

interface Known {
  readonly until: number;
  readonly found: Promise<Found>;
}

export function createIssuerKeys(
  issuer: string,
  { fetch, clock }: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock },
): IssuerKeys {
  let known: Known | undefined;
  const find = (): Promise<Found> => {
    if (known && known.until > clock.now()) return known.found;
    const found = discover(issuer, fetch);
    const now = clock.now();
    const asked: Known = { found, until: now + metadataMs };
    known = asked;
    found.catch(() => {
      if (known === asked) known = { found, until: now + pauseMs };
    });
    return found;
  };
  return {
    current: () => find().then(({ keys }) => keys),
    metadata: () => find().then(({ metadata }) => metadata),
  };
}

async function discover(issuer: string, fetch: typeof globalThis.fetch): Promise<Found> {
  let reason = "it has no metadata";
  for (const url of metadataUrls(issuer)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
      if (!response.ok) continue;
      const metadata = Metadata.safeParse(await response.json());
      if (!metadata.success) continue;
      // An issuer speaks for itself alone (RFC 8414, 3.3).
      if (metadata.data.issuer !== issuer) {
        reason = "its metadata is of another issuer";
        continue;
      }
      return { metadata: metadata.data, keys: remoteKeys(new URL(metadata.data.jwks_uri), fetch) };
    } catch (error) {
      reason = errorText(error);
    }
  }
  throw unavailable(issuer, reason);
}

function remoteKeys(url: URL, fetch: typeof globalThis.fetch): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    [customFetch]: async (asked, init) => {
      const response = await fetch(asked, init).catch((error: unknown) => {
        throw unavailable(url.host, errorText(error));
      });
      if (response.status !== 200) throw unavailable(url.host, `it answered with ${response.status}`);
      return response;
    },
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: keptMs,
  });
  return (header, token) => keys(header, token);
}

function metadataUrls(issuer: string): string[] {
  const url = new URL(issuer);
  const path = url.pathname.replace(/\/$/u, "");
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

function unavailable(who: string, reason: string): KeysUnavailable {
  return new KeysUnavailable(
    "grant.unavailable",
    `The keys of ${who} could not be fetched (${reason}), so no token of it can be checked now.`,
    { retry: { kind: "backoff" } },
  );
}
