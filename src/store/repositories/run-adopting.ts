// A new run takes over the journal of an ended one, so that it can go on from there (docs/decisions/0009).
//
//   AD1  Copied, not moved: the ended run keeps its own journal as it was (D1).
//   AD2  Whatever has a result has it in the copy too, so nothing of it is computed again (I4). Copied steps have epoch 0:
//        the new run's own begin with 1.

import { and, eq, sql } from "drizzle-orm";
import { asWaitId, type RunId } from "../../domain/ids.ts";
import type { RunRepository } from "../contract-runs.ts";
import type { Session } from "../session.ts";

export function runAdopting(session: Session): Pick<RunRepository, "adopt"> {
  return {
    async adopt(run, from, { begun, unbegun }) {
      await copyProgress(session, run, from);
      await copySteps(session, run, from);
      await copyMail(session, run, from);
      await copyAnswers(session, run, from);
      await copySightings(session, run, from);
      await reopen(session, run, { as: "started", steps: begun });
      await reopen(session, run, { as: "failed", steps: unbegun });
    },
  };
}

async function copyProgress({ db, tables }: Session, run: RunId, from: RunId): Promise<void> {
  const { runs, briefs } = tables;
  const [old] = await db
    .select({
      title: runs.title,
      plan: runs.plan,
      cursor: runs.cursor,
      contextBase: runs.contextBase,
      budget: runs.budget,
      spent: runs.spent,
      finishing: runs.finishing,
      taint: runs.taint,
      opening: briefs.opening,
    })
    .from(runs)
    .innerJoin(briefs, eq(briefs.run, runs.id))
    .where(eq(runs.id, from));
  if (!old) throw new Error(`Run ${from} is not there to be gone on from.`);
  const { opening, ...progress } = old;
  await db.update(runs).set(progress).where(eq(runs.id, run));
  await db.update(briefs).set({ opening }).where(eq(briefs.run, run));
}

async function copySteps({ db, tables }: Session, run: RunId, from: RunId): Promise<void> {
  const { steps } = tables;
  const copy = db
    .select({
      run: sql<RunId>`${run}`.as("run"),
      n: steps.n,
      kind: steps.kind,
      state: steps.state,
      tool: steps.tool,
      callId: steps.callId,
      arguments: steps.arguments,
      result: steps.result,
      epoch: sql<number>`0`.as("epoch"),
      startedAt: steps.startedAt,
      endedAt: steps.endedAt,
      identity: steps.identity,
      manifest: steps.manifest,
      gated: steps.gated,
    })
    .from(steps)
    .where(eq(steps.run, from));
  await db.insert(steps).select(copy);
}

async function copyMail({ db, tables }: Session, run: RunId, from: RunId): Promise<void> {
  const { mailbox } = tables;
  const copy = db
    .select({
      run: sql<RunId>`${run}`.as("run"),
      seq: mailbox.seq,
      kind: mailbox.kind,
      from: mailbox.from,
      fromName: mailbox.fromName,
      text: mailbox.text,
      files: mailbox.files,
      messageId: mailbox.messageId,
      sentAt: mailbox.sentAt,
      consumedBy: mailbox.consumedBy,
    })
    .from(mailbox)
    .where(eq(mailbox.run, from));
  await db.insert(mailbox).select(copy);
}

/** What was answered and not yet read by the run. What was still open is asked again. */
async function copyAnswers({ db, tables }: Session, run: RunId, from: RunId): Promise<void> {
  const { waits } = tables;
  const answered = await db
    .select()
    .from(waits)
    .where(and(eq(waits.run, from), sql`${waits.state} = 'resolved'`));
  const copies = answered.map((wait) => ({ ...wait, run, id: asWaitId(`${wait.id}:${run}`) }));
  if (copies.length > 0) await db.insert(waits).values(copies);
}

async function copySightings({ db, tables }: Session, run: RunId, from: RunId): Promise<void> {
  const { sightings } = tables;
  const copy = db
    .select({
      run: sql<RunId>`${run}`.as("run"),
      step: sightings.step,
      source: sightings.source,
      found: sightings.found,
    })
    .from(sightings)
    .where(eq(sightings.run, from));
  await db.insert(sightings).select(copy);
}

interface Reopening {
  readonly as: "started" | "failed";
  readonly steps: readonly number[];
}

async function reopen({ db, dialect, tables }: Session, run: RunId, reopening: Reopening): Promise<void> {
  if (reopening.steps.length === 0) return;
  const { steps } = tables;
  await db
    .update(steps)
    .set({ state: reopening.as, result: null, endedAt: null, manifest: null })
    .where(and(eq(steps.run, run), dialect.among(steps.n, reopening.steps)));
}
