// All rows of one run, as commands look back at it.

import type { ManifestRow } from "../domain/manifest.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import type { Step } from "../domain/step.ts";
import type { Wait } from "../domain/wait.ts";
import { type DecodedStep, decodeStep } from "../runtime/decoded-step.ts";
import { expand } from "../runtime/journal-text.ts";
import type { Journal } from "../runtime/replay.ts";
import type { Tx } from "../store/contract.ts";
import type { Rows } from "./open-rows.ts";
import { findRun } from "./run-views.ts";

export interface RunRecord {
  readonly run: Run;
  readonly rows: readonly Step[];
  readonly journal: Journal;
  readonly waits: readonly Wait[];
  /** Of the run and of those that it went on from, oldest first. */
  readonly versions: readonly ManifestRow[];
  /** Oldest first. */
  readonly said: readonly OutboxEntry[];
}

const mostSaid = 100_000;
const mostLooks = 5;

/** Rejects with `store.corrupt_row` where a step can't be read. */
export async function readRun(rows: Rows, id: string): Promise<RunRecord> {
  const record = await settledRead(rows, id);
  const { blobs } = rows.workspaces;
  const steps: DecodedStep[] = [];
  for (const row of record.rows) steps.push(await decodeStep(row, (text) => expand(blobs, text)));
  const { run, mail } = record;
  return { ...record, journal: { opening: run.opening ?? run.goal, steps, mail } };
}

/** A run at work moves on while it is read: what belongs together was read between two equal looks at its row. */
async function settledRead(rows: Rows, id: string) {
  for (let look = 1; ; look += 1) {
    const run = await findRun(rows, id);
    const read = await rows.store.read((tx) => readAll(tx, run));
    const now = await findRun(rows, id);
    if (now.cursor === run.cursor && now.spent.steps === run.spent.steps) return { ...read, run: now };
    if (look === mostLooks) return { ...read, run };
  }
}

async function readAll(tx: Tx, run: Run) {
  const conversation = await tx.conversations.find(run.conversation);
  const versions = conversation ? await tx.manifests.list(conversation.workspace) : [];
  const outbox = await tx.outbox.list(run.conversation, mostSaid);
  return {
    rows: await tx.steps.list(run.id, 0),
    mail: await tx.mailbox.list(run.id, 0),
    waits: await tx.waits.forRun(run.id),
    versions,
    said: outbox.filter((entry) => entry.run === run.id),
  };
}
