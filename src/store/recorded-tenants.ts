// In whose records an event stands that is about the whole installation.

import { asTenantId, type TenantId } from "../domain/ids.ts";
import type { Tx } from "./contract.ts";

/** Where the record begins before any tenant has one. */
const firstTenant = asTenantId("local");

export async function recordedTenants(tx: Tx): Promise<readonly TenantId[]> {
  const heads = await tx.audit.heads();
  return heads.length > 0 ? heads.map(({ tenant }) => tenant) : [firstTenant];
}
