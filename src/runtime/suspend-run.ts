// Leaves a run to the newer version that began it: in the middle of a deploy, or after one that was taken back (J2).
//
//   SR1  Nothing of the run changes but when it is looked at again. It is never failed for this, however long it lasts.
//   SR2  A folder that a dead owner may still write in is exchanged before the lease is let go: the next owner would not
//        know that it takes over.

import { NewerRow } from "../store/errors.ts";
import type { Segment } from "./contract.ts";
import { NewerJournal } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { knownWrite } from "./known-commit.ts";
import { notice, noticePost } from "./voice/notice.ts";

/** Soon: a process of the newer version may be there already, and comes by when it is its turn. */
const againMs = 5_000;
/** A deploy takes no longer. After that people are told, once. */
const deployMs = 10 * 60_000;

const words =
  "I can't go on with this right now: it was begun by a newer version of me than the one that is running. Nothing is lost, and it goes on as soon as that version is back. Whoever runs Deputy finds the details in its log.";

/** A step, or a row beside the journal (what the run waits for, its approvals), is of a kind that this version does not know. */
export function isOfNewerVersion(error: unknown): error is NewerJournal | NewerRow {
  return error instanceof NewerJournal || error instanceof NewerRow;
}

type SuspendDeps = Pick<RuntimeDeps, "store" | "world" | "workspaces">;

export async function suspendRun(
  segment: Segment,
  error: NewerJournal | NewerRow,
  deps: SuspendDeps,
): Promise<"backing-off"> {
  const { run, lease } = segment;
  const { world } = deps;
  const now = world.clock.now();
  world.log.warn("A run waits for the newer version that began it", { error });
  if (segment.takenOver) await exchangeFolder(segment, deps);
  const isLong = now - (error.since ?? run.createdAt) > deployMs;
  await knownWrite(deps, lease, async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
    if (isLong) {
      const at = { tenant: run.tenant, conversation: run.conversation, run: run.id };
      await tx.outbox.add(noticePost(at, `newer:${run.id}:${run.cursor}`, notice(words)), now);
    }
    await tx.runs.requeue(lease, now + againMs, run.retries);
  });
  if (isLong) world.said?.();
  return "backing-off";
}

async function exchangeFolder({ run, lease }: Segment, { store, workspaces }: SuspendDeps): Promise<void> {
  const rows = await store.read(async (tx) => {
    const conversation = await tx.conversations.find(run.conversation);
    return conversation && { conversation, latest: await tx.manifests.latest(conversation.workspace) };
  });
  if (!rows) return;
  const manifest = rows.latest && (await workspaces.blobs.getManifest(rows.latest.digest));
  const address = { tenant: run.tenant, workspace: rows.conversation.workspace };
  const workspace = await workspaces.takeOver(address, manifest, lease.epoch);
  await workspace.close();
}
