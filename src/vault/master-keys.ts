// The master key, and the one before it while the change from one to the other is under way (VLT-4).
//
//   VA4  What is sealed anew is sealed with the present key. The former one only opens.

import { AppError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import { createSeal, type Seal } from "./seal.ts";

export interface MasterKeys {
  /** 32 bytes in base64. */
  readonly current: Secret;
  readonly previous?: Secret | undefined;
}

export function sealOf({ current, previous }: MasterKeys, purpose: string): Seal {
  const present = createSeal(current, purpose);
  if (previous === undefined) return present;
  const former = createSeal(previous, purpose);
  return {
    close: (secret, place) => present.close(secret, place),
    open(sealed, place) {
      try {
        return present.open(sealed, place);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "vault.wrong_key") throw error;
        return former.open(sealed, place);
      }
    },
  };
}

/** Which key sealed a text: the same for all texts of one key and purpose. */
export function keyNameOf(sealed: string): string {
  return sealed.split(".", 2)[1] ?? "";
}
