// A seal that tells what it closed and opened, so that the redactor knows it (RED-2).

import type { Secret } from "../base/secret.ts";
import type { Seal } from "./seal.ts";

export function learningSeal(seal: Seal, learn: (secret: Secret) => void): Seal {
  return {
    close(secret, place) {
      learn(secret);
      return seal.close(secret, place);
    },
    open(sealed, place) {
      const secret = seal.open(sealed, place);
      learn(secret);
      return secret;
    },
  };
}
