// What is done to keys from the command line, on record (AUD-1): versions and counts, never a key.

import { systemClock } from "../base/clock.ts";
import type { AuditData } from "../domain/audit-event.ts";
import { asTenantId, type TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";

/** Where the record begins before any tenant has one. */
const firstTenant = asTenantId("local");

export interface KeyChange {
  readonly by: string;
  readonly data: AuditData;
}

export function recordKeys(tx: Tx, tenant: TenantId, { by, data }: KeyChange): Promise<void> {
  return tx.audit.append({ tenant, type: "key.rotated", time: systemClock.now(), actor: by, data });
}

/** Of a key that is the installation's: in the record of every tenant. */
export async function recordKeysOfAll(tx: Tx, change: KeyChange): Promise<void> {
  const heads = await tx.audit.heads();
  const tenants = heads.length > 0 ? heads.map(({ tenant }) => tenant) : [firstTenant];
  for (const tenant of tenants) await recordKeys(tx, tenant, change);
}
