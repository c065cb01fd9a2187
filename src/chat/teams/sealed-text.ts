// Small texts that leave this server and come back: addresses of files, what a file is, where a form belongs. Whoever
// carries them can neither read nor change them.
//
//   ST1  A text opens for the purpose that it was closed for and for no other.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Secret } from "../../base/secret.ts";

export interface SealedText {
  close(text: string): string;
  /** Undefined where it is none of ours. */
  open(sealed: string): string | undefined;
}

const ivBytes = 12;
const tagBytes = 16;

/** Without a secret the key is as old as this process. */
export function sealedText(secret: Secret | undefined, purpose: string): SealedText {
  const material = secret?.reveal() ?? randomBytes(32);
  const key = Buffer.from(hkdfSync("sha256", material, "deputy-teams", purpose, 32));
  return {
    close(text) {
      const iv = randomBytes(ivBytes);
      const closing = createCipheriv("aes-256-gcm", key, iv);
      const body = Buffer.concat([closing.update(text, "utf8"), closing.final()]);
      return Buffer.concat([iv, closing.getAuthTag(), body]).toString("base64url");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < ivBytes + tagBytes) return undefined;
      const opening = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      }).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        return Buffer.concat([
          opening.update(bytes.subarray(ivBytes + tagBytes)),
          opening.final(),
        ]).toString();
      } catch {
        return undefined;
      }
    },
  };
}
