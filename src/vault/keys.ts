// What `deputy keys` does: shows, renews and retires data keys, while the product runs (VLT-4).
//
//   KY1  Nothing is lost at any line: a row is sealed anew by a conditional update, and a key is destroyed only when no row
//        needs it. Begun again after a crash it goes on where it stood.

import { AppError } from "../base/errors.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Store, Tx } from "../store/contract.ts";
import type { ConnectionRow, DataKeyState } from "../store/contract-grants.ts";
import type { DataKey } from "./data-key.ts";
import type { Vault } from "./vault.ts";

export interface KeyStatus {
  readonly tenant: TenantId;
  readonly version: number;
  readonly state: DataKeyState;
  /** Rows that it seals. */
  readonly rows: number;
  /** Fingerprint of the master key that wraps it. */
  readonly master: string;
  readonly createdAt: number;
}

export interface KeyDesk {
  readonly store: Store;
  readonly vault: Vault;
}

const batch = 100;

export function keyStatus({ store }: KeyDesk): Promise<KeyStatus[]> {
  return store.read(async (tx) => {
    const found: KeyStatus[] = [];
    const uses = new Map<TenantId, ReadonlyMap<number, number>>();
    for (const { wrapped: _secret, ...row } of await tx.dataKeys.list()) {
      const use = uses.get(row.tenant) ?? (await tx.connections.keyUse(row.tenant));
      uses.set(row.tenant, use);
      found.push({ ...row, rows: use.get(row.version) ?? 0 });
    }
    return found;
  });
}

export interface Rotated {
  readonly tenant: TenantId;
  readonly version: number;
  readonly resealed: number;
}

/** A new key for every tenant (or the one), and everything sealed with it. `alongside` is committed with each new key. */
export async function rotateDataKeys(
  desk: KeyDesk,
  tenant?: TenantId,
  alongside?: (tx: Tx, renewed: { readonly tenant: TenantId; readonly version: number }) => Promise<void>,
): Promise<Rotated[]> {
  const rows = await desk.store.read((tx) => tx.dataKeys.list(tenant));
  const tenants = new Set(rows.filter(({ state }) => state !== "erased").map((row) => row.tenant));
  const rotated: Rotated[] = [];
  for (const each of tenants) {
    const version = await desk.store.write(async (tx) => {
      const made = await desk.vault.renew(tx, each);
      await alongside?.(tx, { tenant: each, version: made });
      return made;
    });
    rotated.push({ tenant: each, version, resealed: await resealTenant(desk, each) });
  }
  return rotated;
}

/** Goes on with a rotation that was broken off: seals with the key in force whatever another one seals. */
export async function resealTenant({ store, vault }: KeyDesk, tenant: TenantId): Promise<number> {
  let resealed = 0;
  for (;;) {
    const left = await store.write(async (tx) => {
      const key = await vault.sealing(tx, tenant);
      const rows = await tx.connections.sealedOtherwise(tenant, key.version, batch);
      for (const row of rows) {
        if (await reseal(tx, vault, row, key)) resealed += 1;
      }
      return rows.length;
    });
    if (left < batch) return resealed;
  }
}

async function reseal(tx: Tx, vault: Vault, row: ConnectionRow, key: DataKey): Promise<boolean> {
  const { id, tenant, owner, version, keyVersion, access, refresh } = row;
  if (keyVersion === undefined || access === undefined) return false;
  const former = await vault.opening(tx, tenant, keyVersion);
  const place = { tenant, owner, connection: id, version };
  const moved = (sealed: string, field: "access" | "refresh"): string =>
    key.close(former.open(sealed, { ...place, field }), { ...place, field });
  return tx.connections.reseal(
    id,
    { version, keyVersion },
    {
      keyVersion: key.version,
      access: moved(access, "access"),
      ...(refresh === undefined ? {} : { refresh: moved(refresh, "refresh") }),
    },
  );
}

/**
 * Destroys the former keys of a tenant. Rejects with `vault.in_use` while rows need one, and destroys none then. `alongside` is committed
 * with what was destroyed.
 */
export function retireKeys(
  { store }: KeyDesk,
  tenant: TenantId,
  alongside?: (tx: Tx, tenant: TenantId, retired: readonly number[]) => Promise<void>,
): Promise<number[]> {
  return store.write(async (tx) => {
    const use = await tx.connections.keyUse(tenant);
    const former = (await tx.dataKeys.list(tenant)).filter(({ state }) => state === "retiring");
    for (const { version } of former) {
      const rows = use.get(version) ?? 0;
      if (rows > 0) throw inUse(tenant, version, rows);
    }
    const retired: number[] = [];
    for (const { version } of former) {
      if (await tx.dataKeys.retire(tenant, version)) retired.push(version);
    }
    if (retired.length > 0) await alongside?.(tx, tenant, retired);
    return retired;
  });
}

function inUse(tenant: TenantId, version: number, rows: number): AppError {
  return new AppError(
    "vault.in_use",
    `Key ${version} of ${tenant} still seals ${rows} connection${rows === 1 ? "" : "s"}. Run \`deputy keys rotate\` first; nothing was retired.`,
    { facts: { tenant, version, rows } },
  );
}
