// One data key of a tenant: what it seals is bound to the row, the field and both versions (VLT-1).
//
//   VA5  A text that was moved to another tenant, owner, connection, field or version does not open.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AppError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { TenantId } from "../domain/ids.ts";

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

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;
const prefix = "t1.";

export function createDataKey(key: Buffer, version: number): DataKey {
  const bound = ({ tenant, owner, connection, field, version: pair }: SealedPlace): Buffer =>
    Buffer.from(JSON.stringify(["deputy-token-v1", tenant, owner, connection, field, pair, version]));
  return {
    version,
    close(secret, place) {
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, key, iv).setAAD(bound(place));
      const body = Buffer.concat([sealing.update(secret.reveal(), "utf8"), sealing.final()]);
      return prefix + Buffer.concat([iv, sealing.getAuthTag(), body]).toString("base64url");
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed.slice(prefix.length), "base64url");
      if (!sealed.startsWith(prefix) || bytes.length < ivBytes + tagBytes) throw damaged(place);
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(bound(place))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        const body = opening.update(bytes.subarray(ivBytes + tagBytes));
        return new Secret(Buffer.concat([body, opening.final()]).toString("utf8"));
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
