// Rows that a case about workers needs, with everything it doesn't care about filled in.

import { asConversationId, asPersonKey, asRunId, asTenantId, type RunId } from "../../src/domain/ids.ts";
import type { Lease, Run } from "../../src/domain/run.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import type { ClaimLimits, NewRun } from "../../src/store/contract-runs.ts";

export const roomy: ClaimLimits = { perPerson: 1_000, perTenant: 1_000 };

export interface RunRow {
  readonly person?: string;
  readonly tenant?: string;
  readonly now?: number;
  readonly mode?: NewRun["mode"];
}

/** A queued run in a conversation of its own. */
export async function addRun(store: Store, id: string, row: RunRow = {}): Promise<Run> {
  const run = await store.write((tx) => addRunIn(tx, id, row));
  if (!run) throw new Error(`The run ${id} was not made`);
  return run;
}

export async function addRunIn(tx: Tx, id: string, row: RunRow = {}): Promise<Run | undefined> {
  const tenant = asTenantId(row.tenant ?? "local");
  const now = row.now ?? 0;
  const address = { platform: "local", tenant, kind: "channel", channel: "general", thread: id } as const;
  const fresh = { id: asConversationId(`cnv_${id}`), workspace: `ws_${id}`, now };
  const conversation = await tx.conversations.ensure(address, fresh);
  const run: NewRun = {
    id: asRunId(id),
    tenant,
    conversation: conversation.id,
    agent: "deputy",
    subject: asPersonKey(`local:local:${row.person ?? "ana"}`),
    subjectName: row.person ?? "Ana",
    mode: row.mode ?? "employee",
    goal: "count the rows",
    title: "Count the rows",
    budget: { steps: 500 },
    now,
  };
  return tx.runs.create(run);
}

export async function findRun(store: Store, id: RunId | string): Promise<Run> {
  const run = await store.read((tx) => tx.runs.find(asRunId(id)));
  if (!run) throw new Error(`There is no run ${id}`);
  return run;
}

/** Claims the run as if `owner` were another worker. */
export async function claimAs(
  store: Store,
  owner: string,
  id: string,
  lease: { now: number; ms: number },
): Promise<Lease> {
  const { segment } = await findRun(store, id);
  const bell = { run: asRunId(id), segment };
  const claim = await store.write((tx) => tx.runs.claim(bell, owner, lease.ms, roomy, lease.now));
  if (claim.kind !== "claimed") throw new Error(`The run ${id} could not be claimed: ${claim.kind}`);
  return claim.lease;
}
