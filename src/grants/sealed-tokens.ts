// The tokens of a connection, into its row and out of it (VLT-1).

import type { Secret } from "../base/secret.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow, NewTokens } from "../store/contract-grants.ts";
import type { Vault } from "../vault/vault.ts";
import type { TokenAnswer } from "./oauth-client.ts";

type Place = Pick<ConnectionRow, "id" | "tenant" | "owner">;

/** How long a token is good for whose service does not say (VLT-6). */
const unsaidSeconds = 3_600;

/** As the version `version` of the connection. `kept` is the refresh token where the answer has none. */
export async function sealTokens(
  tx: Tx,
  vault: Vault,
  { id, tenant, owner, version, now }: Place & { readonly version: number; readonly now: number },
  { answer, kept }: { readonly answer: TokenAnswer; readonly kept?: Secret | undefined },
): Promise<NewTokens> {
  const key = await vault.sealing(tx, tenant);
  const place = { tenant, owner, connection: id, version };
  const refresh = answer.refresh ?? kept;
  return {
    keyVersion: key.version,
    access: key.close(answer.access, { ...place, field: "access" }),
    ...(refresh === undefined ? {} : { refresh: key.close(refresh, { ...place, field: "refresh" }) }),
    issuedAt: now,
    expiresAt: now + (answer.expiresIn ?? unsaidSeconds) * 1_000,
  };
}

export async function openToken(
  tx: Tx,
  vault: Vault,
  row: ConnectionRow,
  field: "access" | "refresh",
): Promise<Secret | undefined> {
  const { id, tenant, owner, version, keyVersion } = row;
  const sealed = row[field];
  if (sealed === undefined || keyVersion === undefined) return undefined;
  const key = await vault.opening(tx, tenant, keyVersion);
  return key.open(sealed, { tenant, owner, connection: id, version, field });
}
