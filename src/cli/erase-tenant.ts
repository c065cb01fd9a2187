// The end of a tenant's accounts from the command line (VLT-11): given back at their services by the running server, and then what
// sealed them is destroyed. What backups hold of those keys is wrapped by the master key, and not reached from here.
//
//   ET1  Keys are destroyed when nothing is sealed with them any more, or on the operator's word that it is to be now.

import { systemClock } from "../base/clock.ts";
import type { TenantId } from "../domain/ids.ts";
import { revokeRow } from "../grants/revoke.ts";
import type { Store, Tx } from "../store/contract.ts";
import { hasNoKeys } from "./keyed-tenants.ts";

export interface ErasedTenant {
  readonly tenant: TenantId;
  /** Connections that were ended now. */
  readonly revoked: number;
  /** Connections that the server has still to give back: nothing was destroyed then. */
  readonly left: number;
  /** Keys that were destroyed. */
  readonly erased: number;
}

interface Wish {
  readonly tenant: TenantId;
  /** Whatever services have been told. */
  readonly atOnce: boolean;
  readonly by: string;
}

const mostInOne = 10_000;

export function eraseTenant(
  store: Pick<Store, "write">,
  { tenant, atOnce, by }: Wish,
): Promise<ErasedTenant> {
  const now = systemClock.now();
  return store.write(async (tx) => {
    const keys = await tx.dataKeys.list(tenant);
    if (keys.length === 0) throw hasNoKeys(tenant);
    const rows = await tx.connections.list({ tenant, limit: mostInOne });
    let revoked = 0;
    for (const row of rows) {
      if (await revokeRow(tx, row, { why: "tenant_erased", by, now })) revoked += 1;
    }
    const sealed = rows.filter(({ access }) => access !== undefined);
    if (sealed.length > 0 && !atOnce) return { tenant, revoked, left: sealed.length, erased: 0 };
    for (const { id } of sealed) await tx.connections.destroy(id);
    return { tenant, revoked, left: 0, erased: await erase(tx, { tenant, by, now }) };
  });
}

async function erase(
  tx: Tx,
  { tenant, by, now }: { readonly tenant: TenantId; readonly by: string; readonly now: number },
): Promise<number> {
  const erased = await tx.dataKeys.erase(tenant);
  await tx.audit.append({
    tenant,
    type: "key.rotated",
    time: now,
    actor: by,
    data: { key: "data", erased },
  });
  return erased;
}
