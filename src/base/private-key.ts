// A private key as people have it: PEM of any kind, or a JWK.

import { createPrivateKey, type KeyObject } from "node:crypto";
import { parseJson } from "./json.ts";

export interface ReadKey {
  readonly key: KeyObject;
  /** The `kid` of a JWK. */
  readonly id?: string;
}

/** Undefined for what is none, or is locked with a passphrase. Says nothing of why: the text is a secret. */
export function readPrivateKey(text: string): ReadKey | undefined {
  const jwk = parseJson(text)?.value;
  const isJwk = typeof jwk === "object" && jwk !== null && !Array.isArray(jwk);
  try {
    const key = isJwk
      ? createPrivateKey({ key: { ...jwk }, format: "jwk" })
      : createPrivateKey({ key: text, format: "pem" });
    const id = isJwk && "kid" in jwk && typeof jwk.kid === "string" ? jwk.kid : undefined;
    return { key, ...(id === undefined ? {} : { id }) };
  } catch {
    return undefined;
  }
}
