// Ed25519 over canonical lines: checkpoints and the keys that sign them (AUD-4).
//
//   SG1  What is signed is a prefix of its kind and the canonical line without its signature, so that no signature stands for
//        anything else.
//   SG2  A key's id is made from its public half: another key has another id.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { Secret } from "../base/secret.ts";
import type { CheckpointLine, KeyLine } from "../domain/audit-line.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { InFlightReport } from "../domain/in-flight.ts";

const prefixes = {
  checkpoint: "deputy-checkpoint-v1\n",
  key: "deputy-key-v1\n",
  report: "deputy-report-v1\n",
} as const;

type Signed = CheckpointLine | KeyLine | InFlightReport;

export interface KeyPair {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly publicKey: string;
  /** The private half: 32 bytes in base64url. */
  readonly secret: Secret;
}

export function newKeyPair(): KeyPair {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const publicKey = Buffer.from(x, "base64url").toString("base64");
  return { id: keyIdOf(publicKey), publicKey, secret: new Secret(d) };
}

/** `publicKey` is 32 bytes in base64. */
export function keyIdOf(publicKey: string): string {
  return createHash("sha256").update(Buffer.from(publicKey, "base64")).digest("hex").slice(0, 16);
}

/** Ready to sign many lines. */
export function signer({ publicKey, secret }: Omit<KeyPair, "id">): KeyObject {
  const x = Buffer.from(publicKey, "base64").toString("base64url");
  return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d: secret.reveal() }, format: "jwk" });
}

export function signLine<L extends Signed>(
  line: Omit<L, "signature"> & Pick<L, "kind">,
  key: KeyObject,
): string {
  return sign(null, signedBytes(line), key).toString("base64");
}

/** `publicKey` as in a key line; false too for what is no key or no signature. */
export function isSignedBy(line: Signed, publicKey: string): boolean {
  const { signature, ...rest } = line;
  if (signature === undefined) return false;
  try {
    const x = Buffer.from(publicKey, "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, signedBytes(rest), key, Buffer.from(signature, "base64"));
  } catch {
    return false; // not a key
  }
}

function signedBytes(line: Pick<Signed, "kind">): Buffer {
  return Buffer.from(prefixes[line.kind] + canonicalJson(line));
}
