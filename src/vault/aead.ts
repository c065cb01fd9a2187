// Texts sealed with AES-256-GCM (VLT-1): a random IV of 96 bits, the tag, the text, in base64url. Knows no keys and no places.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** `bound` has to be the same to open it. */
export function sealText(key: Buffer, text: string, bound: Buffer): string {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, key, iv).setAAD(bound);
  const body = Buffer.concat([sealing.update(text, "utf8"), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), body]).toString("base64url");
}

/** Throws for what was changed, moved or sealed with another key. */
export function openText(key: Buffer, sealed: string, bound: Buffer): string {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < ivBytes + tagBytes) throw new RangeError("Too short for a sealed text");
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(bound)
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const body = opening.update(bytes.subarray(ivBytes + tagBytes));
  return Buffer.concat([body, opening.final()]).toString("utf8");
}
