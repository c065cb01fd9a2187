// The Bot Connector's identity: keys with endorsements, and tokens good and forged.

import { createHmac } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export const issuer = "https://api.botframework.com";

export interface TokenParts {
  readonly issuer?: string;
  readonly audience?: string;
  readonly serviceUrl?: string;
  readonly tenant?: string;
  /** Seconds from now. */
  readonly expiresIn?: number;
  readonly notBeforeIn?: number;
}

export interface Keys {
  readonly jwks: { keys: Record<string, unknown>[] };
  sign(parts: TokenParts): Promise<string>;
  /** By a key that is published nowhere. */
  signForeign(parts: TokenParts): Promise<string>;
  unsigned(parts: TokenParts): string;
  /** HS256 with the public key as the secret. */
  confused(parts: TokenParts): string;
  /** A new key is published beside the old one and used from now on. */
  rotate(endorsements?: readonly string[]): Promise<void>;
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Making one takes a tenth of a second, so the fakes of a process share them. */
const made: Promise<Pair>[] = [];
const pairs = (turn: number): Promise<Pair> =>
  (made[turn] ??= generateKeyPair("RS256", { extractable: true }));

export async function createKeys(appId: string, now: () => number): Promise<Keys> {
  const jwks: Keys["jwks"] = { keys: [] };
  let turn = 0;
  const make = async (endorsements: readonly string[]) => {
    turn += 1;
    const kid = `key-${turn}`;
    const pair = await pairs(turn);
    const jwk = { ...(await exportJWK(pair.publicKey)), kid, use: "sig", endorsements };
    return { kid, pair, jwk };
  };
  const publish = async (endorsements: readonly string[]) => {
    const key = await make(endorsements);
    jwks.keys.push(key.jwk);
    return key;
  };
  let current = await publish(["msteams"]);
  const foreign = await make(["msteams"]);
  const claims = (parts: TokenParts) => {
    const at = Math.floor(now() / 1_000);
    return {
      iss: parts.issuer ?? issuer,
      aud: parts.audience ?? appId,
      nbf: at + (parts.notBeforeIn ?? -5),
      exp: at + (parts.expiresIn ?? 3_600),
      serviceurl: parts.serviceUrl ?? "",
      ...(parts.tenant === undefined ? {} : { tid: parts.tenant }),
    };
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    jwks,
    sign: (parts) =>
      new SignJWT(claims(parts))
        .setProtectedHeader({ alg: "RS256", kid: current.kid })
        .sign(current.pair.privateKey),
    signForeign: (parts) =>
      new SignJWT(claims(parts))
        .setProtectedHeader({ alg: "RS256", kid: current.kid })
        .sign(foreign.pair.privateKey),
    unsigned: (parts) => `${part({ alg: "none", kid: current.kid })}.${part(claims(parts))}.`,
    confused(parts) {
      const head = `${part({ alg: "HS256", kid: current.kid })}.${part(claims(parts))}`;
      return `${head}.${createHmac("sha256", JSON.stringify(current.jwk)).update(head).digest("base64url")}`;
    },
    async rotate(endorsements = ["msteams"]) {
      current = await publish(endorsements);
    },
  };
}
