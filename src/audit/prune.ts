// Retention of the log: the oldest events go, and what is left still proves itself (SA2, EX1).
//
//   PR1  What the first event left follows is signed before anything is deleted, and an event says how far it went.
//   PR2  Payloads are as old as the events that name them. To look for old ones takes all of them, so that is not done for nothing. They
//        go first: where a pass is broken off the events are still there to say that it is not.

import type { TenantId } from "../domain/ids.ts";
import type { AuditDeps } from "./contract.ts";
import { openSigner } from "./signing-key.ts";

/** Deletes events and payloads that are older than `keptMs`; returns how many events. */
export async function pruneAudit(deps: Omit<AuditDeps, "log">, keptMs: number): Promise<number> {
  const { store, clock } = deps;
  const now = clock.now();
  const before = now - keptMs;
  const old: { readonly tenant: TenantId; readonly upTo: number }[] = [];
  for (const { tenant, prunedTo } of await store.read((tx) => tx.audit.heads())) {
    const upTo = await store.read((tx) => tx.audit.oldUpTo(tenant, before, now));
    if (upTo !== undefined && upTo > prunedTo) old.push({ tenant, upTo });
  }
  if (old.length === 0) return 0;
  await store.write((tx) => tx.audit.prunePayloads(before)); // PR2
  let count = 0;
  for (const { tenant, upTo } of old) {
    const [last] = await store.read((tx) => tx.audit.list(tenant, upTo - 1, 1));
    if (last?.seq !== upTo) continue;
    const signer = await openSigner(deps);
    count += await store.write(async (tx) => {
      await tx.audit.addCheckpoint(signer.checkpoint({ tenant, seq: upTo, hash: last.hash }, now));
      await tx.audit.append({
        tenant,
        type: "audit.erased",
        time: now,
        actor: "system",
        data: { events_to: upTo },
      });
      return tx.audit.prune(tenant, upTo);
    });
  }
  return count;
}
