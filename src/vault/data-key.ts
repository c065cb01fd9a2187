// One data key of a tenant: what it seals is bound to the row, the field and both versions (VLT-1).
//
//   VA5  A text that was moved to another tenant, owner, connection, field or version does not open.

import { randomBytes } from "node:crypto";
import { AppError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { TenantId } from "../domain/ids.ts";
import { openText, sealText } from "./aead.ts";

export interface SealedPlace {
  readonly tenant: TenantId;
  readonly owner: string;
  readonly connection: string;
  readonly field: "access" | "refresh";
  /** Of the pair of tokens. */
  readonly version: number;
}

export interface DataKey {
  readonly version: number;
  readonly close: (secret: Secret, place: SealedPlace) => string;
  /** Throws `vault.damaged`. */
  readonly open: (sealed: string, place: SealedPlace) => Secret;
}

const prefix = "t1.";

export function createDataKey(key: Buffer, version: number): DataKey {
  const bound = ({ tenant, owner, connection, field, version: pair }: SealedPlace): Buffer =>
    Buffer.from(JSON.stringify(["deputy-token-v1", tenant, owner, connection, field, pair, version]));
  return {
    version,
    close: (secret, place) => prefix + sealText(key, secret.reveal(), bound(place)),
    open(sealed, place) {
      if (!sealed.startsWith(prefix)) throw damaged(place);
      try {
        return new Secret(openText(key, sealed.slice(prefix.length), bound(place)));
      } catch (error) {
        throw damaged(place, error);
      }
    },
  };
}

export function newDataKey(): Secret {
  return new Secret(randomBytes(32).toString("base64"));
}

function damaged({ connection, field }: SealedPlace, cause?: unknown): AppError {
  return new AppError(
    "vault.damaged",
    `The ${field} token of connection ${connection} cannot be opened: its text was changed or moved. Revoke the connection and connect again.`,
    { facts: { connection, field }, cause },
  );
}
