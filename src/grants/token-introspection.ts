// Does its issuer still stand by a token (RFC 7662)? A signature says only that it did once.
//
//   TI1  A yes is believed for some seconds, a no until the token is over: nobody takes a no back.
//   TI2  Where no answer comes nobody can say, and that is no yes.
//   TI3  What is kept names a token by its digest, and is bounded. The issuer is sent the token, and nobody else is.

import * as oidc from "openid-client";
import { AppError, errorText } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { isLoopback } from "../net/loopback.ts";
import { basicAuthentication } from "./client-authentication.ts";
import { digestOf } from "./digests.ts";
import { isSafeAddress } from "./discovery/safe-address.ts";
import type { IssuerMetadata } from "./issuer-keys.ts";
import { fetchOptions } from "./oauth-configuration.ts";

export interface IntrospectionSpec {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Where the issuer's metadata names none. */
  readonly endpoint?: string | undefined;
}

export interface Introspection {
  /** `until`: when the token is over by itself. Rejects with `IntrospectionUnavailable`. */
  stands(token: string, claims: { readonly sub: string; readonly until: number }): Promise<boolean>;
}

export interface IntrospectionDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly metadata: () => Promise<IssuerMetadata>;
}

export class IntrospectionUnavailable extends AppError<"grant.unavailable"> {}

const believedMs = 15_000;
const failureMs = 2_000;
const timeoutSeconds = 5;
const mostKept = 10_000;

interface Known {
  until: number;
  readonly answer: Promise<boolean>;
}

export function createIntrospection(spec: IntrospectionSpec, deps: IntrospectionDeps): Introspection {
  const known = new Map<string, Known>();
  const { clock } = deps;
  return {
    stands(token, { sub, until }) {
      const name = digestOf(token);
      const now = clock.now();
      const held = known.get(name);
      if (held && held.until > now) return held.answer;
      const asked: Known = { until: now + believedMs, answer: ask(spec, deps, { token, sub }) };
      known.delete(name);
      known.set(name, asked);
      for (const oldest of known.keys()) {
        if (known.size <= mostKept) break;
        known.delete(oldest);
      }
      asked.answer.then(
        (stands) => void (stands || (asked.until = until)),
        () => void (asked.until = now + failureMs),
      );
      return asked.answer;
    },
  };
}

async function ask(
  spec: IntrospectionSpec,
  { fetch, metadata }: IntrospectionDeps,
  { token, sub }: { readonly token: string; readonly sub: string },
): Promise<boolean> {
  const described = await metadata();
  const config = configured(spec, described, fetch);
  try {
    const told = await oidc.tokenIntrospection(config, token, { token_type_hint: "access_token" });
    const isItself = (told.sub ?? sub) === sub && (told.iss ?? described.issuer) === described.issuer;
    return told.active && isItself;
  } catch (error) {
    throw unavailable(described.issuer, errorText(error));
  }
}

function configured(
  { clientId, clientSecret, endpoint }: IntrospectionSpec,
  {
    issuer,
    introspection_endpoint: named,
    introspection_endpoint_auth_methods_supported: methods,
  }: IssuerMetadata,
  fetch: typeof globalThis.fetch,
): oidc.Configuration {
  const at = endpoint ?? named;
  if (at === undefined)
    throw unavailable(
      issuer,
      "its metadata names no introspection_endpoint: set mcp_server.introspection.endpoint",
    );
  if (!isSafeAddress(at)) throw unavailable(issuer, "its introspection_endpoint is not https");
  const secret = clientSecret.reveal();
  const isBasic = methods === undefined || methods.includes("client_secret_basic");
  const config = new oidc.Configuration(
    { issuer, introspection_endpoint: at },
    clientId,
    undefined,
    isBasic ? basicAuthentication(secret) : oidc.ClientSecretPost(secret),
  );
  if (isLoopback(new URL(at).hostname)) oidc.allowInsecureRequests(config);
  config[oidc.customFetch] = (url, options) => fetch(url, fetchOptions(options));
  config.timeout = timeoutSeconds;
  return config;
}

function unavailable(issuer: string, reason: string): IntrospectionUnavailable {
  return new IntrospectionUnavailable(
    "grant.unavailable",
    `${issuer} could not be asked whether it still stands by a token (${reason}), so none of its tokens counts now.`,
    { retry: { kind: "backoff" } },
  );
}
