// The journal of a run, as its segment writes it: one fenced transaction per step.
//
// Owns: that results, the next intent, what is said and the run's columns change together. Does not own what comes next.
//
//   R1  An intent is committed before its act (I4); it goes into the transaction that commits the result before it.
//   R5  A commit whose connection broke is looked up at once (known-commit.ts).
//   R4  A commit that loses the fence writes nothing and throws `LeaseLost` (I8).

import { createHash } from "node:crypto";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { Spent } from "../domain/budget.ts";
import { directLine } from "../domain/conversation.ts";
import { asConversationId, type WaitId } from "../domain/ids.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { Manifest, ManifestRow } from "../domain/manifest.ts";
import type { NewMemory } from "../domain/memory.ts";
import type { Utterance } from "../domain/outbox.ts";
import { raised, type TaintMarks } from "../domain/taint.ts";
import type { Lease, Run, RunOutcome, TerminalRunState } from "../domain/run.ts";
import type { WaitAsk, WaitKind } from "../domain/wait.ts";
import type { StepIntent, StepResult, Store, Tx } from "../store/contract.ts";
import type { AuditPayload } from "../store/contract-audit.ts";
import type { RunPatch } from "../store/contract-runs.ts";
import { LeaseLost } from "../store/errors.ts";
import { afterChanges, type ApprovalChanges } from "./approval-changes.ts";
import type { StepSighting } from "./act.ts";
import { sayWithin } from "./audience.ts";
import { type DecodedStep, withSteps } from "./decoded-step.ts";
import type { World } from "./deps.ts";
import { knownCommit } from "./known-commit.ts";
import { runEnded } from "./seeing.ts";
import { mailMarks } from "./seen-marks.ts";
import type { PrivateCard } from "./voice/approval-card.ts";
import { sinceBase, type Work } from "./work.ts";

export interface NewWait {
  readonly id: WaitId;
  readonly step: number;
  readonly kind: WaitKind;
  readonly ask: WaitAsk;
  readonly dueAt?: number;
  readonly nudgeAt?: number;
}

export type After =
  | { readonly kind: "start"; readonly intents: readonly StepIntent[] }
  | { readonly kind: "park"; readonly intents: readonly StepIntent[]; readonly wait?: NewWait }
  | { readonly kind: "requeue"; readonly wakeAt?: number; readonly retries: number }
  | { readonly kind: "settle"; readonly state: TerminalRunState; readonly outcome: RunOutcome };

export interface Change {
  /** Rows to finish, as they are stored. */
  readonly results: readonly StepResult[];
  /** The same and the new steps, as the loop folds them. */
  readonly steps: readonly DecodedStep[];
  readonly spent: Spent;
  readonly patch?: RunPatch;
  readonly say: readonly Utterance[];
  readonly manifest?: {
    readonly row: Omit<ManifestRow, "seq">;
    readonly content: Manifest;
  };
  readonly memories: readonly NewMemory[];
  readonly sightings?: readonly StepSighting[];
  /** Steps that are at the gate again (P4). */
  readonly back: readonly number[];
  /** Steps that waited at a gate and are begun with this commit. */
  readonly begins: readonly Begun[];
  /** Put on record in the same transaction (I12). */
  readonly events: readonly NewAuditEvent[];
  /** What those events name by digest. */
  readonly payloads: readonly AuditPayload[];
  /** Steps that got their words without having been tried: no event says that they were done. */
  readonly untouched?: readonly number[];
  /** Approvals that are asked for, used or ended with it. */
  readonly approvals: Pick<ApprovalChanges, "asks" | "moves">;
  /** Said in the direct messages of others. */
  readonly privately: readonly PrivateCard[];
  readonly after: After;
}

export interface Begun {
  readonly n: number;
  readonly identity: string;
  /** As they are done: whoever approved them may have changed them. */
  readonly arguments: string;
}

interface Plan {
  readonly hear: boolean;
  readonly build: (unread: readonly Mail[]) => Change;
}

/**
 * Commits what `build` makes of the unread mail. With `hear`, the mail that `build` saw is marked as read by the step
 * that is started; without it, `build` gets nothing and no mail is touched.
 */
export async function commit(store: Store, world: World, work: Work, plan: Plan): Promise<Change> {
  await world.failpoint("step.before-commit");
  const committed = await knownCommit<Committed>({ store, world }, work, async (about) => {
    const committing = { store, world, about };
    const made = { ...plan, unheard: plan.build([]) };
    return (await quickly(committing, work, made)) ?? (await inTransaction(committing, work, made));
  });
  apply(work, committed.change, committed.mail);
  work.stopping ||= committed.stopping;
  if (committed.change.say.length > 0) world.said?.();
  const { after, approvals } = committed.change;
  if (approvals.asks.length > 0) world.meter?.approvalsAsked(approvals.asks.length);
  if (after.kind === "settle") {
    const asked = work.approvals.length;
    runEnded(world, work.run, { state: after.state, code: after.outcome.code, asked });
  }
  await world.failpoint("step.after-commit");
  if (approvals.asks.length > 0) await world.failpoint("approval.asked");
  if (approvals.moves.some(({ after: { state } }) => state === "executing"))
    await world.failpoint("approval.executing");
  const end = endName(committed.change.after);
  if (end !== "step") await world.failpoint(`${end}.after-commit`);
  return committed.change;
}

function endName({ kind }: After): "step" | Exclude<After["kind"], "start"> {
  return kind === "start" ? "step" : kind;
}

interface Committed {
  readonly change: Change;
  /** Read by the step that was started. */
  readonly mail: readonly Mail[];
  /** A stop was asked for before this commit: what it starts is not begun. */
  readonly stopping: boolean;
}

interface Made extends Plan {
  /** What it is where no mail is unread. */
  readonly unheard: Change;
}

interface Committing {
  readonly store: Store;
  readonly world: World;
  /** Told what is about to be committed (known-commit.ts). */
  readonly about: (made: Committed) => void;
}

function inTransaction({ store, world, about }: Committing, work: Work, plan: Made): Promise<Committed> {
  return store.write(async (tx) => {
    const unread = plan.hear ? await tx.mailbox.unread(work.run.id) : [];
    const seen = await mailMarks(tx, work.run, unread);
    const built = unread.length === 0 ? plan.unheard : plan.build(unread);
    const hearing = unread.length > 0 && built.after.kind === "start";
    const change = hearing ? { ...built, patch: patchedWith(work, built, seen) } : built;
    const stopping = await write(tx, work, change, world);
    await world.failpoint(`${endName(change.after)}.in-commit`);
    const heardBy = change.after.kind === "start" ? hearer(change.after.intents) : undefined;
    const last = unread.at(-1);
    const hears = last !== undefined && heardBy !== undefined;
    if (hears) await tx.mailbox.consume(work.run.id, last.seq, heardBy);
    const mail = hears ? unread.map((item) => ({ ...item, consumedBy: heardBy })) : [];
    const made = { change, mail, stopping };
    about(made);
    return made;
  });
}

/** Whoever reads mail has seen it (TNT-2). */
function patchedWith({ run }: Work, { patch = {} }: Change, seen: TaintMarks): RunPatch {
  const marks = raised(patch.taint ?? run.taint, seen);
  return marks === run.taint ? patch : { ...patch, taint: marks };
}

/** The step that reads the mail. */
function hearer(intents: readonly StepIntent[]): number | undefined {
  return intents.find(({ kind }) => kind === "model")?.n;
}

/** What most steps are (S6); undefined where this step or its fence wants a transaction. */
async function quickly(
  { store, world, about }: Committing,
  work: Work,
  { hear, unheard: change }: Made,
): Promise<Committed | undefined> {
  if (change.after.kind !== "start" || !changesJournalOnly(change)) return undefined;
  const { intents } = change.after;
  if (change.results.some(({ n }) => intents.some((intent) => intent.n === n))) return undefined;
  const { results, spent, events, payloads } = change;
  const made: Committed = { change, mail: [], stopping: false };
  about(made);
  const done = await store.commitStep({
    lease: work.lease,
    cursor: work.run.cursor,
    spent,
    hears: hear,
    results,
    intents,
    events,
    payloads,
    now: world.clock.now(),
  });
  return done ? made : undefined;
}

function changesJournalOnly(change: Change): boolean {
  const { patch = {}, manifest, memories, back, begins, say, privately, approvals, sightings = [] } = change;
  const lists = [memories, back, begins, say, privately, approvals.asks, approvals.moves, sightings];
  return (
    manifest === undefined && lists.every(({ length }) => length === 0) && Object.keys(patch).length === 0
  );
}

async function keep(tx: Tx, run: Work["run"]["id"], { memories, sightings = [] }: Change): Promise<void> {
  for (const memory of memories) await tx.memories.add(memory);
  for (const { n, ...sighting } of sightings) await tx.sightings.add(run, n, sighting);
}

/** With the marks that this very step adds. */
function seenBy({ run, conversation }: Work, { patch }: Change): Pick<Work, "run" | "conversation"> {
  return { run: { ...run, taint: patch?.taint ?? run.taint }, conversation };
}

/** Results of earlier steps come before intents: a page of SQLite's log less (SS3 in sqlite-step.ts). */
// oxlint-disable-next-line max-params -- where, what and when
async function changeSteps(
  tx: Tx,
  lease: Lease,
  { after, results, back, begins }: Change,
  now: number,
): Promise<void> {
  const { run } = lease;
  const intents = intentsOf(after);
  const isNew = ({ n }: StepResult): boolean => intents.some((intent) => intent.n === n);
  for (const n of back) await tx.steps.back(run, n);
  for (const result of results) if (!isNew(result)) await tx.steps.finish(run, result, now);
  for (const intent of intents) await tx.steps.start(lease, intent, now);
  for (const result of results) if (isNew(result)) await tx.steps.finish(run, result, now);
  for (const begun of begins) await tx.steps.begin(run, begun, now);
}

/** True if a stop was asked for. */
async function write(tx: Tx, work: Work, change: Change, world: World): Promise<boolean> {
  const now = world.clock.now();
  const { run, lease } = work;
  const cursor = run.cursor + intentsOf(change.after).length;
  const fenced = await tx.runs.advance(lease, run.cursor, cursor, change.spent);
  await changeSteps(tx, lease, change, now);
  if (change.patch && Object.keys(change.patch).length > 0) await tx.runs.patch(run.id, change.patch);
  if (change.manifest) await tx.manifests.add(change.manifest.row);
  await keep(tx, run.id, change);
  await sayWithin(tx, seenBy(work, change), change.say, now);
  await changeApprovals(tx, lease, change.approvals);
  await sayPrivately(tx, run, change.privately, now);
  await proceed(tx, work, change.after, world);
  for (const payload of change.payloads) await tx.audit.keep(payload, now);
  for (const event of change.events) await tx.audit.append(event);
  return fenced.stopRequestedBy !== undefined;
}

async function changeApprovals(tx: Tx, lease: Lease, { asks, moves }: Change["approvals"]): Promise<void> {
  for (const approval of asks) await tx.approvals.ask(approval);
  for (const { before, after } of moves) {
    // Somebody else decided: nothing of this is written, and the run is looked at anew.
    if (!(await tx.approvals.change(before, after))) throw new LeaseLost(lease);
  }
}

// oxlint-disable-next-line max-params -- where, what and when
async function sayPrivately(tx: Tx, run: Run, cards: readonly PrivateCard[], now: number): Promise<void> {
  for (const { to, utterance } of cards) {
    const name = `con_${createHash("sha256").update(utterance.key).digest("hex").slice(0, 26)}`;
    const fresh = { id: asConversationId(name), workspace: name, now };
    const { id } = await tx.conversations.ensure(directLine(to.key, run.tenant), fresh);
    await tx.outbox.add({ ...utterance, conversation: id }, now);
  }
}

async function proceed(tx: Tx, work: Work, after: After, world: World): Promise<void> {
  const now = world.clock.now();
  const { lease, run } = work;
  switch (after.kind) {
    case "start":
      return;
    case "park":
      if (after.wait) {
        await tx.waits.open({ ...after.wait, run: run.id, asked: run.subject, now });
        await world.parked?.(tx, run, after.wait);
      }
      await tx.runs.park(lease, undefined);
      return;
    case "requeue":
      await tx.runs.requeue(lease, after.wakeAt, after.retries);
      return;
    case "settle":
      await tx.runs.settle(lease, after.state, after.outcome, now);
      return;
    default:
      after satisfies never;
  }
}

function intentsOf(after: After): readonly StepIntent[] {
  return after.kind === "start" || after.kind === "park" ? after.intents : [];
}

function apply(work: Work, change: Change, mail: readonly Mail[]): void {
  const { contextBase, checkInAt: _promise, ...patch } = change.patch ?? {};
  work.run = {
    ...work.run,
    ...patch,
    ...(contextBase === undefined ? {} : { contextBase }),
    cursor: work.run.cursor + intentsOf(change.after).length,
    spent: change.spent,
    retries: 0,
  };
  Object.assign(work, sinceBase(withSteps(work.steps, change.steps), work.mail, contextBase));
  if (change.manifest) work.manifest = change.manifest.content;
  work.approvals = afterChanges(work.approvals, change.approvals);
  work.mail.push(...mail);
}
