// An issuer of access tokens on loopback: metadata, keys, and tokens good and forged, by jose.

import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { decodeJwt, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export interface TokenIssuer {
  readonly issuer: string;
  readonly port: number;
  /** How often the keys were asked for. */
  keysAsked: number;
  /** While it is set every request is answered with this status. */
  broken: number | undefined;
  /** The issuer that the metadata names; the own one when absent. */
  speaksAs: string | undefined;
  /** Client and secret of whoever may ask whether a token is still good. */
  readonly introspector: { readonly id: string; readonly secret: string };
  /** Tokens that it does not stand by any more. */
  readonly revoked: Set<string>;
  /** While it is set it says yes to whatever is asked. */
  standsByAll: boolean;
  /** How often it was asked whether a token is still good, by its introspector. */
  introspected: number;
  /** While it is set that question is answered with this status. */
  introspectionBroken: number | undefined;
  /** What its metadata says of where it is asked, where that is not the truth. */
  introspectsAt: string | undefined;
  sign(claims: JWTPayload, more?: Signing): Promise<string>;
  /** By a key that is published nowhere, under the name of the published one. */
  signForeign(claims: JWTPayload): Promise<string>;
  unsigned(claims: JWTPayload): string;
  /** HS256 with the public key as the secret. */
  confused(claims: JWTPayload): Promise<string>;
  /** Signed by the key that it carries with it. */
  selfKeyed(claims: JWTPayload): Promise<string>;
  /** The key changes; the old one is not published any more. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export interface Signing {
  readonly typ?: string | undefined;
  /** Members of the header beside the usual ones. */
  readonly header?: Readonly<Record<string, string>>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const make = async (kid: string) => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    return { kid, pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: "ES256", use: "sig" } };
  };
  let turn = 1;
  let current = await make("key-1");
  const foreign = await make("key-1");
  const http = createServer((request, response) => {
    const json = (value: object): void => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(value));
    };
    if (issuer.broken !== undefined) {
      response.statusCode = issuer.broken;
      return void response.end();
    }
    if (request.url === "/.well-known/openid-configuration")
      return json({
        issuer: issuer.speaksAs ?? issuer.issuer,
        jwks_uri: `${issuer.issuer}/keys`,
        introspection_endpoint: issuer.introspectsAt ?? `${issuer.issuer}/introspect`,
      });
    if (request.url === "/introspect") return void introspect(request, response);
    if (request.url === "/keys") {
      issuer.keysAsked += 1;
      return json({ keys: [current.jwk] });
    }
    response.statusCode = 404;
    response.end();
  });
  /** RFC 7662. Whoever is not its introspector learns nothing. */
  const introspect = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { id, secret } = issuer.introspector;
    const form = new URLSearchParams(await text(request));
    const [, pair = ""] = (request.headers.authorization ?? "").split("Basic ");
    const parts = Buffer.from(pair, "base64").toString().split(":");
    const isKnown =
      parts.map((one) => decodeURIComponent(one.replaceAll("+", " "))).join(":") === `${id}:${secret}`;
    response.statusCode = isKnown ? (issuer.introspectionBroken ?? 200) : 401;
    if (response.statusCode !== 200) return void response.end();
    issuer.introspected += 1;
    const token = form.get("token") ?? "";
    const sub = subjectOf(token);
    const active = issuer.standsByAll || (sub !== undefined && !issuer.revoked.has(token));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(active ? { active, iss: issuer.issuer, sub } : { active }));
  };
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const issuer: TokenIssuer = {
    issuer: `http://127.0.0.1:${port}`,
    port,
    keysAsked: 0,
    broken: undefined,
    speaksAs: undefined,
    introspector: { id: "deputy", secret: "asks & learns" },
    revoked: new Set(),
    standsByAll: false,
    introspected: 0,
    introspectionBroken: undefined,
    introspectsAt: undefined,
    sign: (claims, { typ = "at+jwt", header = {} } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: current.kid, typ, ...header })
        .sign(current.pair.privateKey),
    signForeign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: current.kid, typ: "at+jwt" })
        .sign(foreign.pair.privateKey),
    unsigned: (claims) => `${part({ alg: "none", kid: current.kid, typ: "at+jwt" })}.${part(claims)}.`,
    async confused(claims) {
      const head = `${part({ alg: "HS256", kid: current.kid, typ: "at+jwt" })}.${part(claims)}`;
      const secret = await exportSPKI(current.pair.publicKey);
      return `${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`;
    },
    selfKeyed: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", typ: "at+jwt", jwk: foreign.jwk })
        .sign(foreign.pair.privateKey),
    async rotate() {
      turn += 1;
      current = await make(`key-${turn}`);
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  return issuer;
}

/** Undefined for what is no token of ours. */
function subjectOf(token: string): string | undefined {
  try {
    return decodeJwt(token).sub;
  } catch {
    return undefined;
  }
}
