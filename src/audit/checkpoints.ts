// Signs the heads of the chains in time and takes the signatures out of the database (AUD-4).
//
//   CP1  A tenant's head is signed when there is something new and the last signature is as old as the interval, or 1,000 events
//        behind.
//   CP2  A checkpoint counts as anchored when it is on disk in every anchor file. One that could not be written is tried again;
//        an anchor may hold a line twice, and none is missing.

import type { TenantId } from "../domain/ids.ts";
import type { AuditHead, StoredCheckpoint } from "../store/contract-audit.ts";
import { appendLines } from "./anchor-file.ts";
import type { AuditDeps } from "./contract.ts";
import { checkpointLine, openSigner } from "./signing-key.ts";

export interface CheckpointDeps extends AuditDeps {
  readonly everyMs: number;
  /** Absolute paths. */
  readonly anchors: readonly string[];
}

const mostUnsigned = 1_000;
const atOnce = 500;

/** Looks once. To be called each second or so, by one process of all. */
export function createCheckpoints(deps: CheckpointDeps): () => Promise<void> {
  const { store, clock } = deps;
  const last = new Map<TenantId, Pick<StoredCheckpoint, "seq" | "at">>();
  const isDue = async ({ tenant, seq }: AuditHead): Promise<boolean> => {
    const known = last.get(tenant) ?? (await store.read((tx) => tx.audit.lastCheckpoint(tenant)));
    if (!known) return seq > 0;
    last.set(tenant, known);
    return seq > known.seq && (clock.now() - known.at >= deps.everyMs || seq - known.seq >= mostUnsigned);
  };
  return async () => {
    const due: AuditHead[] = [];
    for (const head of await store.read((tx) => tx.audit.heads())) if (await isDue(head)) due.push(head);
    for (const checkpoint of await signHeads(deps, due)) last.set(checkpoint.tenant, checkpoint);
    await anchorAll(deps);
  };
}

/** Signs these heads and keeps the signatures. */
export async function signHeads(
  deps: Omit<AuditDeps, "log">,
  heads: readonly AuditHead[],
): Promise<readonly StoredCheckpoint[]> {
  if (heads.length === 0) return [];
  const signer = await openSigner(deps);
  const now = deps.clock.now();
  const signed = heads.map((head) => signer.checkpoint(head, now));
  await deps.store.write(async (tx) => {
    for (const one of signed) await tx.audit.addCheckpoint(one);
  });
  return signed;
}

async function anchorAll({ store, anchors }: CheckpointDeps): Promise<void> {
  const due = await store.read((tx) => tx.audit.unanchored(atOnce));
  if (due.length === 0) return;
  const lines = due.map((one) => JSON.stringify(checkpointLine(one)));
  const outcomes = await Promise.allSettled(anchors.map((file) => appendLines(file, lines)));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  await store.write(async (tx) => {
    for (const one of due) await tx.audit.anchored(one);
  });
}
