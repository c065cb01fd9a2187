// What is done to keys from the command line, on record (AUD-1): versions and counts, never a key.

import { systemClock } from "../base/clock.ts";
import type { AuditData } from "../domain/audit-event.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import { recordedTenants } from "../store/recorded-tenants.ts";

export interface KeyChange {
  readonly by: string;
  readonly data: AuditData;
}

export function recordKeys(tx: Tx, tenant: TenantId, { by, data }: KeyChange): Promise<void> {
  return tx.audit.append({ tenant, type: "key.rotated", time: systemClock.now(), actor: by, data });
}

/** Of a key that is the installation's: in the record of every tenant. */
export async function recordKeysOfAll(tx: Tx, change: KeyChange): Promise<void> {
  for (const tenant of await recordedTenants(tx)) await recordKeys(tx, tenant, change);
}
