// Whose token is it? JWTs of one issuer that are for us (RFC 9068), and the person each is of.
//
//   BT1  A token counts if a key that its issuer publishes has signed it, by an asymmetric algorithm, for our audience, and it is
//        not over. Nothing in a token says where its keys are.
//   BT2  A person is an organisation and a user, by claims that don't change (ID-1). A part that could be read as two is none.
//   BT3  Keys come by the guarded fetch and are kept. A key that is not known has them fetched again, once in half a minute.
//   BT4  Where its issuer can be asked it has to stand by the token still, and no token counts longer than a set time after it was
//        issued: so a token that was taken back is let in for seconds, or at most that long.

import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { PersonKey } from "../domain/ids.ts";
import { PersonKeySchema } from "../domain/person.ts";
import { createIssuerKeys, KeysUnavailable } from "./issuer-keys.ts";
import {
  createIntrospection,
  type Introspection,
  type IntrospectionSpec,
  IntrospectionUnavailable,
} from "./token-introspection.ts";

export interface BearerSpec {
  readonly issuer: string;
  /** What a token has to be for. */
  readonly audience: string;
  /** `entra`, `slack`, or a person's key with claims in braces. */
  readonly person: string;
  /** How old a token may be. */
  readonly tokenAgeMs: number;
  readonly introspection?: IntrospectionSpec | undefined;
}

export interface Bearer {
  readonly person: PersonKey;
  /** The program that has the token, as its issuer calls it. */
  readonly client: string;
  readonly scopes: ReadonlySet<string>;
}

export type BearerVerdict =
  | { readonly kind: "valid"; readonly bearer: Bearer }
  /** `why` is for the record; who sent it learns nothing of it. */
  | { readonly kind: "refused"; readonly why: RefusedToken }
  /** Nobody can say now: the issuer does not answer. */
  | { readonly kind: "unavailable" };

export type RefusedToken = "malformed" | "signature" | "expired" | "claims" | "person" | "revoked";

export interface BearerTokens {
  check(token: string): Promise<BearerVerdict>;
}

export interface BearerDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Logger;
}

const presets: Readonly<Record<string, string>> = {
  entra: "teams:{tid}:{oid}",
  slack: "slack:{https://slack.com/team_id}:{https://slack.com/user_id}",
};

const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const toleranceSeconds = 5;
const longestToken = 16_384;
const longestClient = 100;

export function createBearerTokens(spec: BearerSpec, { fetch, clock, log }: BearerDeps): BearerTokens {
  const { issuer, audience, person } = spec;
  const template = presets[person] ?? person;
  const keys = createIssuerKeys(issuer, { fetch, clock });
  const introspection =
    spec.introspection &&
    createIntrospection(spec.introspection, { fetch, clock, metadata: () => keys.metadata() });
  const options = {
    issuer,
    audience,
    algorithms,
    requiredClaims: ["exp", "iat", "sub"],
    maxTokenAge: spec.tokenAgeMs / 1_000,
    clockTolerance: toleranceSeconds,
    // Entra ID calls every token `JWT`; that its ID tokens have no scopes keeps those out.
    ...(person === "entra" ? {} : { typ: "at+jwt" }),
  };
  return {
    async check(token) {
      if (token.length > longestToken) return { kind: "refused", why: "malformed" };
      try {
        const currentDate = new Date(clock.now());
        const { payload } = await jwtVerify(token, await keys.current(), { ...options, currentDate });
        const key = personOf(template, payload);
        if (key === undefined) return { kind: "refused", why: "person" };
        if (introspection && !(await stands(introspection, token, payload)))
          return { kind: "refused", why: "revoked" };
        return {
          kind: "valid",
          bearer: { person: key, client: clientOf(payload), scopes: scopesOf(payload) },
        };
      } catch (error) {
        const verdict = verdictOn(error);
        if (verdict.kind === "unavailable")
          log.warn("Whether a token is good can't be said at the moment", { error });
        return verdict;
      }
    },
  };
}

function stands(
  introspection: Introspection,
  token: string,
  { sub = "", exp = 0 }: JWTPayload,
): Promise<boolean> {
  return introspection.stands(token, { sub, until: exp * 1_000 });
}

function verdictOn(error: unknown): BearerVerdict {
  const nobodySays = [KeysUnavailable, IntrospectionUnavailable, errors.JWKSTimeout];
  if (nobodySays.some((kind) => error instanceof kind)) return { kind: "unavailable" };
  if (error instanceof errors.JWTExpired) return { kind: "refused", why: "expired" };
  if (error instanceof errors.JWTClaimValidationFailed) return { kind: "refused", why: "claims" };
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JOSEAlgNotAllowed
  )
    return { kind: "refused", why: "signature" };
  if (error instanceof errors.JOSEError) return { kind: "refused", why: "malformed" };
  throw error;
}

/** BT2. */
function personOf(template: string, claims: JWTPayload): PersonKey | undefined {
  let isWhole = true;
  const key = template.replace(/\{([^{}]+)\}/gu, (_, name: string) => {
    const value = claims[name];
    if (typeof value === "string" && /^[^\s:{}]+$/u.test(value)) return value;
    isWhole = false;
    return "";
  });
  return isWhole ? PersonKeySchema.safeParse(key).data : undefined;
}

/** RFC 9068 says `client_id`; Entra ID `azp` or `appid`. */
function clientOf(claims: JWTPayload): string {
  const named = [claims["client_id"], claims["azp"], claims["appid"]].find(
    (name) => typeof name === "string",
  );
  const plain = String(named ?? "").replace(/[^\p{L}\p{N} ._:/@-]/gu, "");
  return plain === "" ? "unnamed" : plain.slice(0, longestClient);
}

/** `scope` of RFC 9068, or `scp` as Entra ID and others have it. */
function scopesOf(claims: JWTPayload): ReadonlySet<string> {
  const given = [claims["scope"], claims["scp"]].flat();
  return new Set(given.flatMap((text) => (typeof text === "string" ? text.split(" ") : [])));
}
