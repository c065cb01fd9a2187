// Whose data keys a command is about: all tenants that have some, or the one that is named.

import { AppError } from "../base/errors.ts";
import { asTenantId, type TenantId } from "../domain/ids.ts";
import type { Store } from "../store/contract.ts";

export async function keyedTenants(store: Pick<Store, "read">, named?: string): Promise<TenantId[]> {
  const rows = await store.read((tx) => tx.dataKeys.list());
  const known = [...new Set(rows.map(({ tenant }) => tenant))];
  if (named === undefined) return known;
  const tenant = asTenantId(named);
  if (known.includes(tenant)) return [tenant];
  throw hasNoKeys(tenant);
}

export function hasNoKeys(tenant: TenantId): AppError {
  return new AppError(
    "cli.no_tenant",
    `${tenant} has no keys. \`deputy keys status\` shows the tenants that have some.`,
  );
}
