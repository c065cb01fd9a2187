// OAuth with outside services. The protocol is openid-client's; here is what we ask it for.
//
//   OA1  Every request goes through the guarded fetch (EGR-1), in 10 s. Plain http is for loopback alone.
//   OA2  ID tokens are verified in full, signature included.
//   OA3  A code, and a refresh token, is sent to the issuer that it came from and to no other (A2).

import * as oidc from "openid-client";
import { Secret } from "../base/secret.ts";
import type { ConnectionSpec } from "./connection-spec.ts";
import { configure } from "./oauth-configuration.ts";
import { failureOf } from "./oauth-failures.ts";

type Fetch = typeof globalThis.fetch;

export interface TokenAnswer {
  readonly access: Secret;
  readonly refresh?: Secret;
  /** Seconds; absent where the service does not say (VLT-6). */
  readonly expiresIn?: number;
  /** As the service says; absent where it is what was asked for. */
  readonly scopes?: readonly string[];
  /** Claims of a verified ID token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The other members of the answer. */
  readonly members: Readonly<Record<string, unknown>>;
}

export interface AuthorizationAsk {
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly loginHint?: string;
  /** The person is to choose an account, where the service can have them do so. */
  readonly choose?: boolean;
}

export interface Redemption {
  /** The address that the browser came to, with what it brought. */
  readonly at: URL;
  readonly state: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly scopes: readonly string[];
}

/** What of the service's metadata the consent needs to know. */
export interface ServerFacts {
  readonly issuer: string;
  /** Must a callback say who sends it (RFC 9207)? */
  readonly saysIssuer: boolean;
}

export interface OAuthClient {
  facts(spec: ConnectionSpec): Promise<ServerFacts>;
  /** All that is asked for, where `scopes` are wanted. */
  scopesFor(spec: ConnectionSpec, scopes: readonly string[]): Promise<readonly string[]>;
  authorizationUrl(spec: ConnectionSpec, ask: AuthorizationAsk): Promise<URL>;
  redeem(spec: ConnectionSpec, redemption: Redemption): Promise<TokenAnswer>;
  refresh(spec: ConnectionSpec, token: Secret): Promise<TokenAnswer>;
  /** Tokens for the agent itself (client credentials). */
  own(spec: ConnectionSpec): Promise<TokenAnswer>;
  userInfo(spec: ConnectionSpec, access: Secret, subject: string): Promise<Readonly<Record<string, unknown>>>;
  /** At the service's standard endpoint. False where it has none. */
  revoke(spec: ConnectionSpec, token: Secret, kind: "access_token" | "refresh_token"): Promise<boolean>;
}

/** How long what a service says of itself is believed. */
const metadataMs = 60 * 60_000;

export function createOAuthClient(fetch: Fetch, now: () => number): OAuthClient {
  const known = new Map<string, { readonly until: number; readonly config: Promise<oidc.Configuration> }>();
  const configOf = (spec: ConnectionSpec): Promise<oidc.Configuration> => {
    const key = keyOf(spec);
    const held = known.get(key);
    if (held && held.until > now()) return held.config;
    const config = configure(spec, fetch).catch((error: unknown) => {
      known.delete(key);
      throw failureOf(error, spec);
    });
    known.set(key, { until: now() + metadataMs, config });
    return config;
  };
  /** Asks, with failures in our words. */
  const ask = async <T>(
    spec: ConnectionSpec,
    act: (config: oidc.Configuration) => Promise<T>,
  ): Promise<T> => {
    const config = await configOf(spec);
    try {
      return await act(config);
    } catch (error) {
      throw failureOf(error, spec);
    }
  };
  return { ...codeFlow(ask), ...afterwards(ask) };
}

/** What was discovered belongs to one tenant, and to one client with one issuer (VLT-7). */
function keyOf({
  name,
  provider: { server },
  clientId = "",
  clientSecret,
  clientKey,
}: ConnectionSpec): string {
  if (server.kind !== "described") return name;
  const credential = (clientKey?.key ?? clientSecret)?.fingerprint() ?? "";
  return JSON.stringify([name, server.metadata.issuer, clientId, credential]);
}

type Ask = <T>(spec: ConnectionSpec, act: (config: oidc.Configuration) => Promise<T>) => Promise<T>;
type CodeFlow = Pick<OAuthClient, "facts" | "scopesFor" | "authorizationUrl" | "redeem">;

function resource({ resource: at }: ConnectionSpec): Record<string, string> {
  return at === undefined ? {} : { resource: at };
}

function codeFlow(ask: Ask): CodeFlow {
  return {
    facts: (spec) => ask(spec, async (config) => factsOf(config)),
    scopesFor: (spec, scopes) => ask(spec, async (config) => allScopes(spec, config, scopes)),
    authorizationUrl: (spec, asked) => ask(spec, (config) => urlFor(spec, config, asked)),
    redeem: (spec, { at, state, verifier, nonce, scopes }) =>
      ask(spec, async (config) => {
        const hasIdToken = allScopes(spec, config, scopes).includes("openid");
        const answer = await oidc.authorizationCodeGrant(
          config,
          at,
          {
            expectedState: state,
            ...(usesPkce(spec, config) ? { pkceCodeVerifier: verifier } : {}),
            ...(hasIdToken ? { expectedNonce: nonce } : {}),
          },
          resource(spec),
        );
        return answerOf(answer, answer.claims());
      }),
  };
}

function afterwards(ask: Ask): Omit<OAuthClient, keyof CodeFlow> {
  return {
    refresh: (spec, token) =>
      ask(spec, async (config) =>
        answerOf(await oidc.refreshTokenGrant(config, token.reveal(), resource(spec)), undefined),
      ),
    own: (spec) =>
      ask(spec, async (config) => {
        const scope = Object.values(spec.scopes).flat();
        const parameters = { ...resource(spec), ...(scope.length > 0 ? { scope: joined(spec, scope) } : {}) };
        return answerOf(await oidc.clientCredentialsGrant(config, parameters), undefined);
      }),
    userInfo: (spec, access, subject) =>
      ask(spec, async (config) => {
        if (config.serverMetadata().userinfo_endpoint === undefined) return {};
        return { ...(await oidc.fetchUserInfo(config, access.reveal(), subject)) };
      }),
    revoke: (spec, token, kind) =>
      ask(spec, async (config) => {
        if (config.serverMetadata().revocation_endpoint === undefined) return false;
        await oidc.tokenRevocation(config, token.reveal(), { token_type_hint: kind });
        return true;
      }),
  };
}

function factsOf(config: oidc.Configuration): ServerFacts {
  const metadata = config.serverMetadata();
  return {
    issuer: metadata.issuer,
    saysIssuer: metadata.authorization_response_iss_parameter_supported === true,
  };
}

async function urlFor(spec: ConnectionSpec, config: oidc.Configuration, ask: AuthorizationAsk): Promise<URL> {
  const { redirectUri, state, verifier, nonce, loginHint, choose = false } = ask;
  const scopes = allScopes(spec, config, ask.scopes);
  const own = spec.provider.quirks.flatMap((quirk) =>
    quirk.quirk === "authorization-parameters" ? Object.entries(quirk.parameters) : [],
  );
  return oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    ...(scopes.length > 0 ? { scope: joined(spec, scopes) } : {}),
    state,
    ...(scopes.includes("openid") ? { nonce } : {}),
    ...(usesPkce(spec, config)
      ? {
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        }
      : {}),
    ...promptFor(config, { consent: scopes.includes("offline_access"), choose }),
    ...Object.fromEntries(own),
    ...(spec.resource === undefined ? {} : { resource: spec.resource }),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  });
}

/** A choice is asked for where the service says that it knows how: another one would refuse the whole request. */
function promptFor(
  config: oidc.Configuration,
  { consent, choose }: { readonly consent: boolean; readonly choose: boolean },
): { readonly prompt?: string } {
  const known = config.serverMetadata()["prompt_values_supported"];
  const canChoose = Array.isArray(known) && known.includes("select_account");
  const prompts = [...(consent ? ["consent"] : []), ...(choose && canChoose ? ["select_account"] : [])];
  return prompts.length > 0 ? { prompt: prompts.join(" ") } : {};
}

/** With what the service needs to say who it is and to let us refresh. */
function allScopes(spec: ConnectionSpec, config: oidc.Configuration, wanted: readonly string[]): string[] {
  const asked = wanted.length > 0 ? wanted : (spec.offered ?? []);
  const offered = config.serverMetadata().scopes_supported ?? [];
  const usual = spec.provider.always.length > 0 || spec.provider.server.kind === "fixed";
  const standard = usual
    ? []
    : ["openid", "email", "offline_access"].filter((scope) => offered.includes(scope));
  return [...new Set([...spec.provider.always, ...standard, ...asked])];
}

function usesPkce({ provider }: ConnectionSpec, config: oidc.Configuration): boolean {
  if (provider.pkce === "if-advertised") return config.serverMetadata().supportsPKCE("S256");
  return provider.pkce === "required";
}

function joined({ provider }: ConnectionSpec, scopes: readonly string[]): string {
  return scopes.join(provider.scopeSeparator);
}

function answerOf(
  answer: oidc.TokenEndpointResponse & { readonly claims?: unknown },
  claims: oidc.IDToken | undefined,
): TokenAnswer {
  const {
    access_token: access,
    refresh_token: refresh,
    expires_in: expiresIn,
    scope,
    id_token: _id,
    ...members
  } = answer;
  return {
    access: new Secret(access),
    ...(refresh === undefined ? {} : { refresh: new Secret(refresh) }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(scope === undefined ? {} : { scopes: scope.split(/[\s,]+/).filter((each) => each !== "") }),
    ...(claims === undefined ? {} : { claims: { ...claims } }),
    members,
  };
}
