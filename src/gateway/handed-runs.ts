// A person's runs as a program sees them that speaks for that person: what is done, what is waited for, what came of it.
//
//   HR1  A run is shown to its own subject alone; another's is as one that is not there (A10).
//   HR2  What it came to is what was said in its place, and no more: what was kept back there is kept back here, and of another
//        person's matters no word of its own is told (OUT-4). Nothing that looks like a secret goes out (OUT-5).

import { asRunId, type RunId } from "../domain/ids.ts";
import { holdsUp } from "../domain/brake.ts";
import type { OutgoingFile } from "../domain/outbox.ts";
import { isTerminal, type Run, runStates, terminalRunStates } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { toldTo } from "../runtime/told-run.ts";
import { waitsFor } from "../runtime/voice/handed-words.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import { resultKey } from "../runtime/voice/result.ts";
import type { Tx } from "../store/contract.ts";
import type { Caller } from "./callers.ts";

export interface RunLine {
  readonly run_id: RunId;
  readonly title: string;
  readonly state: Run["state"];
  readonly created_at: string;
  readonly ended_at?: string;
  /** The program that handed it over; absent of what was asked for in chat. */
  readonly program?: string;
}

export interface RunView extends RunLine {
  readonly mode: Run["mode"];
  readonly plan?: readonly { readonly text: string; readonly state: string }[];
  readonly waiting_for?: WaitView;
  readonly note?: string;
  readonly result?: {
    readonly outcome: string;
    readonly text: string;
    readonly files: readonly FileView[];
  };
}

interface FileView {
  readonly name: string;
  readonly size_bytes: number;
}

interface WaitView {
  readonly kind: "question" | "approval" | "account" | "budget" | "decision";
  readonly what: string;
  /** Of a question that `answer` takes. */
  readonly question_id?: string;
  readonly question?: string;
  readonly options?: readonly string[];
  readonly default?: string;
  readonly due_at?: string;
  /** Where a person gives it, where `answer` does not. */
  readonly where?: string;
}

export async function ownRun(
  tx: Pick<Tx, "runs">,
  { person, tenant }: Caller,
  id: string,
): Promise<Run | undefined> {
  const run = await tx.runs.find(asRunId(id));
  return run?.subject === person.key && run.tenant === tenant ? run : undefined;
}

export async function ownRuns(
  tx: Pick<Tx, "runs">,
  { person, tenant }: Caller,
  { active, limit }: { readonly active: boolean; readonly limit: number },
): Promise<RunLine[]> {
  const ended: ReadonlySet<string> = new Set(terminalRunStates);
  const states = runStates.filter((state) => !ended.has(state));
  const runs = await tx.runs.list({ subject: person.key, limit, ...(active ? { states } : {}) });
  return runs.filter((run) => run.tenant === tenant).map((run) => lineOf(toldTo(run, person.key)));
}

function lineOf(run: Run): RunLine {
  return {
    run_id: run.id,
    title: titleOfRun(run),
    state: run.state,
    created_at: timeOf(run.createdAt),
    ...(run.endedAt === undefined ? {} : { ended_at: timeOf(run.endedAt) }),
    ...(run.through === undefined ? {} : { program: run.through }),
  };
}

export async function viewRun(tx: Tx, run: Run): Promise<RunView> {
  const waits = run.state === "waiting" ? await tx.waits.forRun(run.id) : [];
  const open = waits.find(({ state }) => state === "open");
  const isHeld = run.state === "queued" && (await tx.brakes.list()).some((brake) => holdsUp(brake, run));
  const told = toldTo(run, run.subject);
  return {
    ...lineOf(told),
    mode: run.mode,
    ...(told.plan ? { plan: told.plan.steps.map(({ text, state }) => ({ text, state })) } : {}),
    ...(open ? { waiting_for: waitView(run, open) } : {}),
    ...(isHeld ? { note: "An operator holds this up; it goes on when that ends." } : {}),
    ...(isTerminal(run.state) ? { result: await resultOf(tx, run) } : {}),
  };
}

const kinds = {
  question: "question",
  approval: "approval",
  schedule: "approval",
  grant: "account",
  budget: "budget",
  doubt: "decision",
} as const;

function waitView(run: Run, { id, ask, asked, dueAt }: Wait): WaitView {
  const view = { kind: kinds[ask.kind], what: waitsFor(ask) };
  const isHere =
    ask.kind === "question" && run.through !== undefined && asked === run.subject && ask.apart !== "nobody";
  if (!isHere) return { ...view, where: "the run's thread, or direct messages, in chat" };
  return {
    ...view,
    question_id: id,
    question: ask.question,
    ...(ask.options.length === 0 ? {} : { options: ask.options }),
    ...(ask.default === undefined ? {} : { default: ask.default }),
    ...(dueAt === undefined ? {} : { due_at: timeOf(dueAt) }),
  };
}

async function resultOf(tx: Tx, run: Run): Promise<NonNullable<RunView["result"]>> {
  const posted = await tx.outbox.find(resultKey(run.id));
  const message =
    posted?.op.op === "post" && posted.op.message.kind === "result" ? posted.op.message : undefined;
  if (!message) return { outcome: run.state, text: run.outcome?.summary ?? "", files: [] };
  return { outcome: message.outcome, text: message.text, files: message.files.map(fileView) };
}

function fileView({ name, sizeBytes }: OutgoingFile): FileView {
  return { name, size_bytes: sizeBytes };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
