// Entra ID's sign-in (v2.0) as a relying party sees it: discovery, the sign-in itself by a cookie `account` that holds the person's
// object id, codes used once, ID tokens. Like Entra it tells of no PKCE and no `iss` in its answers.

import { createHash, randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { teamsIds } from "./state.ts";

interface Given {
  readonly redirectUri: string;
  readonly nonce: string | undefined;
  readonly challenge: string | undefined;
  readonly oid: string;
}

/** What an ID token says otherwise than it should. */
export interface EntraForgery {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** By a key that is published nowhere. */
  readonly foreignKey?: boolean;
}

export interface EntraReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Entra {
  /** Addresses that people may be sent back to. */
  readonly redirectUris: Set<string>;
  forge: EntraForgery | undefined;
  /** Undefined for what is not its own. `parts` are those after `/login`. */
  answer(asked: EntraRequest): Promise<EntraReply | undefined>;
}

export interface EntraRequest {
  /** Of this server, without a path. */
  readonly origin: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly cookie: string;
  readonly form: URLSearchParams;
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let pairs: Promise<readonly [Pair, Pair]> | undefined;
const keyPairs = () =>
  (pairs ??= Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
  ]));

export function createEntra(secret: string, now: () => number): Entra {
  const codes = new Map<string, Given>();
  const entra: Entra = {
    redirectUris: new Set(),
    forge: undefined,
    async answer(asked) {
      const [tenant, ...rest] = asked.parts;
      if (tenant !== teamsIds.tenant) return undefined;
      switch (rest.join("/")) {
        case "v2.0/.well-known/openid-configuration":
          return { status: 200, body: metadata(asked.origin) };
        case "discovery/v2.0/keys": {
          const [{ publicKey }] = await keyPairs();
          const key = { ...(await exportJWK(publicKey)), kid: "entra-1", use: "sig", alg: "RS256" };
          return { status: 200, body: { keys: [key] } };
        }
        case "oauth2/v2.0/authorize":
          return authorize(asked);
        case "oauth2/v2.0/token":
          return asked.form.get("grant_type") === "authorization_code" ? redeem(asked) : undefined;
        default:
          return { status: 404 };
      }
    },
  };
  return entra;

  function authorize({ query, cookie }: EntraRequest): EntraReply {
    const oid = /(?:^|;\s*)account=([^;]+)/.exec(cookie)?.[1];
    const redirectUri = query.get("redirect_uri") ?? "";
    const good =
      query.get("client_id") === teamsIds.app &&
      query.get("response_type") === "code" &&
      (query.get("scope") ?? "").split(" ").includes("openid") &&
      entra.redirectUris.has(redirectUri);
    if (!good || oid === undefined) return { status: 400, body: { error: "invalid_request" } };
    const code = randomBytes(16).toString("hex");
    const challenge = query.get("code_challenge") ?? undefined;
    codes.set(code, { redirectUri, nonce: query.get("nonce") ?? undefined, challenge, oid });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    return { status: 302, headers: { location: back.href } };
  }

  async function redeem({ origin, form }: EntraRequest): Promise<EntraReply> {
    const code = form.get("code") ?? "";
    const given = codes.get(code);
    codes.delete(code);
    const good =
      given !== undefined &&
      form.get("client_id") === teamsIds.app &&
      form.get("client_secret") === secret &&
      form.get("redirect_uri") === given.redirectUri &&
      (given.challenge === undefined || given.challenge === challengeOf(form.get("code_verifier") ?? ""));
    if (!good) return { status: 400, body: { error: "invalid_grant" } };
    const token = { token_type: "Bearer", expires_in: 3_600, access_token: randomBytes(16).toString("hex") };
    return { status: 200, body: { ...token, id_token: await idToken(origin, given) } };
  }

  async function idToken(origin: string, { oid, nonce }: Given): Promise<string> {
    const { claims = {}, foreignKey = false } = entra.forge ?? {};
    const [own, foreign] = await keyPairs();
    const at = Math.floor(now() / 1_000);
    const usual = {
      iss: issuerAt(origin),
      aud: teamsIds.app,
      iat: at,
      nbf: at,
      exp: at + 3_600,
      sub: `pairwise-${oid}`,
      oid,
      tid: teamsIds.tenant,
      ver: "2.0",
      ...(nonce === undefined ? {} : { nonce }),
    };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "entra-1" })
      .sign((foreignKey ? foreign : own).privateKey);
  }
}

function issuerAt(origin: string): string {
  return `${origin}/login/${teamsIds.tenant}/v2.0`;
}

function metadata(origin: string) {
  const base = `${origin}/login/${teamsIds.tenant}`;
  return {
    issuer: issuerAt(origin),
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ["code", "id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
  };
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
