// Secrets at rest: sealed with a key that is made from the master key, and bound to the row they belong to.
//
//   VA1  A sealed text opens in its own place only: moved to another row or field it is refused (VLT-1).
//   VA2  A wrong master key is told apart from a damaged text, and neither changes what is stored (VLT-3).
//   VA3  There is no unsealed mode: without a master key there is no seal (VLT-2).

import { createHash, hkdfSync } from "node:crypto";
import { AppError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { openText, sealText } from "./aead.ts";

export interface Seal {
  /** `place` names the row and the field. */
  close(secret: Secret, place: string): string;
  /** Throws `vault.wrong_key` or `vault.damaged`. */
  open(sealed: string, place: string): Secret;
}

/** `masterKey` is 32 bytes in base64; secrets of another `purpose` have another key. */
export function createSeal(masterKey: Secret, purpose: string): Seal {
  const key = deriveKey(masterKey, purpose);
  const keyName = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const bound = (place: string): Buffer => Buffer.from(`deputy-seal-v1|${purpose}|${keyName}|${place}`);
  return {
    close: (secret, place) => `v1.${keyName}.${sealText(key, secret.reveal(), bound(place))}`,
    open(sealed, place) {
      const [version, name, text = ""] = sealed.split(".");
      if (version !== "v1" || name === undefined) throw damaged(place);
      if (name !== keyName) throw wrongKey(place);
      try {
        return new Secret(openText(key, text, bound(place)));
      } catch (error) {
        throw damaged(place, error);
      }
    },
  };
}

/** Key material for one purpose, for what signs rather than seals. */
export function deriveKey(masterKey: Secret, purpose: string): Buffer {
  const bytes = Buffer.from(masterKey.reveal(), "base64");
  return Buffer.from(hkdfSync("sha256", bytes, "deputy", purpose, 32));
}

function wrongKey(place: string): AppError {
  return new AppError(
    "vault.wrong_key",
    `The secret of ${place} was sealed with another DEPUTY_MASTER_KEY. Start with that key; nothing was changed.`,
    { facts: { place } },
  );
}

function damaged(place: string, cause?: unknown): AppError {
  return new AppError(
    "vault.damaged",
    `The secret of ${place} cannot be opened: its text was changed or moved. Restore the row from a backup, or connect again.`,
    { facts: { place }, cause },
  );
}
