// A key that proves which client we are (RFC 7523, `private_key_jwt`): signs, and what of it may be published.
//
//   CK1  The private half goes nowhere: what is published is made from the public half alone.
//   CK2  The algorithm is the configuration's, else what the key is usually used with; one that does not fit is refused.

import { createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, importPKCS8, type JWK } from "jose";
import { readPrivateKey } from "../base/private-key.ts";
import type { Secret } from "../base/secret.ts";
import { GrantError } from "./errors.ts";

export interface ClientKeySpec {
  readonly key: Secret;
  /** Its `kid`; what is published of it has the same. By default its thumbprint (RFC 7638). */
  readonly id?: string | undefined;
  readonly algorithm?: string | undefined;
  /** Whom an assertion is for, where that is not the issuer's own name. */
  readonly audience?: string | undefined;
}

export interface ClientKey {
  readonly signing: Awaited<ReturnType<typeof importPKCS8>>;
  readonly id: string;
  readonly algorithm: string;
  readonly published: JWK;
}

/** `connection` is for the sentence where the key can't be used. */
export async function clientKey(
  { key, id, algorithm }: ClientKeySpec,
  connection: string,
): Promise<ClientKey> {
  const read = readPrivateKey(key.reveal());
  if (!read) throw unusable(connection, "it is no private key (PEM or JWK, without a passphrase)");
  const name = algorithm ?? usualAlgorithm(read.key);
  if (name === undefined)
    throw unusable(connection, "only keys of RSA, EC (P-256, P-384, P-521) and Ed25519 are taken");
  const pem = read.key.export({ type: "pkcs8", format: "pem" }).toString();
  const signing = await importPKCS8(pem, name).catch((cause: unknown) => {
    throw unusable(connection, `it can't be used with ${name}`, cause);
  });
  const half = await exportJWK(createPublicKey(read.key));
  const kid = id ?? read.id ?? (await calculateJwkThumbprint(half));
  return { signing, id: kid, algorithm: name, published: { ...half, kid, alg: name, use: "sig" } };
}

const usual: Readonly<Record<string, string>> = {
  rsa: "RS256",
  ed25519: "EdDSA",
  "ec prime256v1": "ES256",
  "ec secp384r1": "ES384",
  "ec secp521r1": "ES512",
};

function usualAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  const { namedCurve } = asymmetricKeyDetails ?? {};
  const kind: string = asymmetricKeyType ?? "";
  return usual[namedCurve === undefined ? kind : `${kind} ${namedCurve}`];
}

function unusable(connection: string, why: string, cause?: unknown): GrantError {
  return new GrantError(
    "grant.misconfigured",
    `The client_key of the connection ${connection} can't be used: ${why}.`,
    { facts: { connection }, ...(cause === undefined ? {} : { cause }) },
  );
}
