// Tokens at rest: a data key per tenant, wrapped by the master key (VLT-2).
//
//   VA6  Which key is in force is read with the rows that it seals, in their transaction: a key that was retired or erased a
//        moment ago seals and opens nothing more. Only the unwrapping is remembered, under the wrapped text itself.
//   VA7  A wrong master key opens nothing and changes nothing (VLT-3).

import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import type { DataKeyRow } from "../store/contract-grants.ts";
import { createDataKey, type DataKey, newDataKey } from "./data-key.ts";
import { keyNameOf, type MasterKeys, sealOf } from "./master-keys.ts";

export interface Vault {
  /** The tenant's key for what is written now, made if there is none: in a transaction that writes. */
  sealing(tx: Tx, tenant: TenantId): Promise<DataKey>;
  /** The key of what was written before. Throws `vault.erased`, `vault.wrong_key`. */
  opening(tx: Tx, tenant: TenantId, version: number): Promise<DataKey>;
  /** Another key for what is written from now on. Returns its version. */
  renew(tx: Tx, tenant: TenantId): Promise<number>;
  /** Wraps with the present master key what another one wraps; returns how many keys that were. */
  rewrap(tx: Tx): Promise<number>;
  /** Is every key wrapped by a master key that is known? Throws `vault.wrong_key`. */
  check(tx: Tx): Promise<void>;
  /** Fingerprint of the present master key, as key rows name it. */
  readonly master: string;
}

/** Unwrapped keys of this many tenants are remembered. */
const mostRemembered = 1_000;

/** `learn` is told every secret that is sealed or opened, so that it can be kept out of what leaves (RED-2). */
export function createVault(
  keys: MasterKeys,
  clock: Pick<Clock, "now">,
  learn: (secret: Secret) => void = () => undefined,
): Vault {
  const seal = sealOf(keys, "data-keys");
  const master = keyNameOf(seal.close(newDataKey(), "name"));

  const unwrapped = remembering((row, wrapped) => {
    const bytes = Buffer.from(seal.open(wrapped, placeOf(row)).reveal(), "base64");
    return learning(createDataKey(bytes, row.version), learn);
  });
  const make = async (tx: Tx, tenant: TenantId, version: number): Promise<DataKeyRow> => {
    const at = { tenant, version };
    const wrapped = seal.close(newDataKey(), placeOf(at));
    const row: DataKeyRow = { ...at, wrapped, master, state: "active", createdAt: clock.now() };
    if (await tx.dataKeys.add(row)) return row;
    const other = await tx.dataKeys.active(tenant);
    if (!other) throw erased(tenant, version);
    return other;
  };
  return {
    master,
    async sealing(tx, tenant) {
      // Asked again where it was renewed while the first answer was waited for.
      const present = (await tx.dataKeys.active(tenant)) ?? (await tx.dataKeys.active(tenant));
      return unwrapped(present ?? (await make(tx, tenant, await nextVersion(tx, tenant))));
    },
    async opening(tx, tenant, version) {
      const row = await tx.dataKeys.find(tenant, version);
      if (!row) throw erased(tenant, version);
      return unwrapped(row);
    },
    async renew(tx, tenant) {
      const present = await tx.dataKeys.active(tenant);
      if (present) unwrapped(present);
      return (await make(tx, tenant, await nextVersion(tx, tenant))).version;
    },
    async rewrap(tx) {
      let count = 0;
      for (const row of await tx.dataKeys.list()) {
        if (row.wrapped === undefined || row.master === master) continue;
        const wrapped = seal.close(seal.open(row.wrapped, placeOf(row)), placeOf(row));
        if (await tx.dataKeys.rewrap(row, row.wrapped, { wrapped, master })) count += 1;
      }
      return count;
    },
    async check(tx) {
      for (const row of await tx.dataKeys.list()) {
        if (row.wrapped !== undefined) unwrapped(row);
      }
    },
  };
}

/** The key of a row, unwrapped once under its wrapped text (VA6). */
function remembering(unwrap: (row: DataKeyRow, wrapped: string) => DataKey): (row: DataKeyRow) => DataKey {
  const remembered = new Map<string, DataKey>();
  return (row) => {
    const { tenant, version, wrapped } = row;
    if (wrapped === undefined) throw erased(tenant, version);
    const known = remembered.get(wrapped);
    if (known) return known;
    const key = unwrap(row, wrapped);
    const [oldest] = remembered.keys();
    if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(wrapped, key);
    return key;
  };
}

function learning({ version, close, open }: DataKey, learn: (secret: Secret) => void): DataKey {
  return {
    version,
    close(secret, place) {
      learn(secret);
      return close(secret, place);
    },
    open(sealed, place) {
      const secret = open(sealed, place);
      learn(secret);
      return secret;
    },
  };
}

async function nextVersion(tx: Tx, tenant: TenantId): Promise<number> {
  const rows = await tx.dataKeys.list(tenant);
  return Math.max(0, ...rows.map(({ version }) => version)) + 1;
}

function placeOf({ tenant, version }: Pick<DataKeyRow, "tenant" | "version">): string {
  return `data_keys/${tenant}/${version}`;
}

function erased(tenant: TenantId, version: number): AppError {
  return new AppError(
    "vault.erased",
    `Data key ${version} of ${tenant} was destroyed, and with it what it had sealed. Connect the accounts again.`,
    { facts: { tenant, version } },
  );
}
