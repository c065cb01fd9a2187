// A run played again from its journal, step by step: what went in, what came out, what changed, what was said.
//
//   RV1  Offline: rows and blobs are read, nothing is asked, run or written.

import { AppError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { type Manifest, type ManifestRow } from "../domain/manifest.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import type { Step } from "../domain/step.ts";
import { traceIdOf } from "../domain/trace.ts";
import type { Wait } from "../domain/wait.ts";
import type { ModelMessage } from "../model/contract.ts";
import type { DecodedStep } from "../runtime/decoded-step.ts";
import { type Difference, differences, foldJournal, givenTo } from "../runtime/replay.ts";
import type { Blobs } from "../workspace/contract.ts";
import { diffManifests } from "../workspace/history.ts";
import type { RunRecord } from "./read-journal.ts";

export interface Replay {
  readonly run: {
    readonly id: string;
    readonly state: string;
    readonly goal: string;
    readonly agent: string;
    readonly trace: string;
    readonly continues?: string;
  };
  readonly steps: readonly ReplayedStep[];
  /** Whether the rows of the journal add up to what the run's row says. */
  readonly check: { readonly ok: boolean; readonly differences: readonly Difference[] };
}

export interface ReplayedStep {
  readonly n: number;
  readonly kind: string;
  readonly tool?: string;
  readonly state: string;
  readonly started_at: string;
  readonly ended_at?: string;
  /** What the model was given: `earlier` messages as at the model step before, then these. */
  readonly given?: { readonly earlier: number; readonly messages: readonly ModelMessage[] };
  readonly arguments?: unknown;
  /** What the model answered, the tool returned, the wait brought, or the notes of a compaction. */
  readonly result?: unknown;
  readonly waited?: { readonly for: string; readonly by?: string; readonly via?: string };
  readonly files?: Changed;
  readonly said?: readonly Said[];
}

interface Changed {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

interface Said {
  readonly op: string;
  readonly kind?: string;
  readonly text: string;
  readonly state: string;
}

/** Rejects with `cli.unknown_step` if `only` is not a step of the run. */
export async function replay(record: RunRecord, blobs: Blobs, only: number | undefined): Promise<Replay> {
  const { run, journal } = record;
  const found = differences(run, foldJournal(journal.steps));
  return {
    run: {
      id: run.id,
      state: run.state,
      goal: run.goal,
      agent: run.agent,
      trace: traceIdOf(run.id),
      ...(run.continues === undefined ? {} : { continues: run.continues }),
    },
    steps: await steps(record, blobs, only),
    check: { ok: found.length === 0, differences: found },
  };
}

async function steps(record: RunRecord, blobs: Blobs, only: number | undefined): Promise<ReplayedStep[]> {
  const shown: ReplayedStep[] = [];
  let before: readonly ModelMessage[] = [];
  for (const [place, row] of record.rows.entries()) {
    if (only !== undefined && row.n !== only) continue;
    const step = record.journal.steps[place];
    if (!step) continue;
    const given = step.kind === "model" ? givenTo(row.n, record.journal) : undefined;
    shown.push({
      ...headOf(row),
      ...(given ? { given: since(before, given) } : {}),
      ...outcomeOf(step),
      ...waitedFor(row, record.waits),
      ...(await filesOf(row, record.versions, blobs)),
      ...saidAt(row, record),
    });
    before = given ?? before;
  }
  if (only !== undefined && shown.length === 0) {
    const last = record.rows.at(-1)?.n;
    const there = last === undefined ? "it has none" : `it has 0 to ${last}`;
    throw new AppError("cli.unknown_step", `Run ${record.run.id} has no step ${only}; ${there}.`);
  }
  return shown;
}

function headOf(row: Step): Pick<ReplayedStep, "n" | "kind" | "tool" | "state" | "started_at" | "ended_at"> {
  return {
    n: row.n,
    kind: row.kind,
    ...(row.tool === undefined ? {} : { tool: row.tool }),
    state: row.state,
    started_at: new Date(row.startedAt).toISOString(),
    ...(row.endedAt === undefined ? {} : { ended_at: new Date(row.endedAt).toISOString() }),
  };
}

/** The beginning that both have in common is not said twice. */
function since(
  before: readonly ModelMessage[],
  given: readonly ModelMessage[],
): NonNullable<ReplayedStep["given"]> {
  const differs = given.findIndex((message, at) => {
    const old = before[at];
    return old !== message && JSON.stringify(old) !== JSON.stringify(message);
  });
  const earlier = differs < 0 ? given.length : differs;
  return { earlier, messages: given.slice(earlier) };
}

function outcomeOf(step: DecodedStep): Pick<ReplayedStep, "arguments" | "result"> {
  const args = step.kind === "tool" ? { arguments: parseJson(step.arguments)?.value ?? step.arguments } : {};
  const failed = "failure" in step && step.failure !== undefined ? { result: { failed: step.failure } } : {};
  return { ...args, ...failed, ...(step.output === undefined ? {} : { result: step.output }) };
}

function waitedFor({ n }: Step, waits: readonly Wait[]): Pick<ReplayedStep, "waited"> {
  const wait = waits.find((one) => one.step === n);
  if (!wait) return {};
  const by = wait.answer?.byName ?? wait.answer?.by;
  return {
    waited: {
      for: wait.ask.kind,
      ...(by === undefined ? {} : { by }),
      ...(wait.answer === undefined ? {} : { via: wait.answer.via }),
    },
  };
}

/** By the version that the step made and the one before it, whoever made that. */
async function filesOf(
  { n, run, epoch }: Step,
  versions: readonly ManifestRow[],
  blobs: Blobs,
): Promise<Pick<ReplayedStep, "files">> {
  if (epoch === 0) return {}; // copied from an earlier run, whose versions they are
  const at = versions.findLastIndex((row) => row.run === run && row.step === n);
  const made = versions[at];
  if (!made) return {};
  const first = versions.findIndex((row) => row.run === run && row.step === n);
  const base = versions[first - 1];
  const before: Manifest = base ? await blobs.getManifest(base.digest) : [];
  const { added, removed, changed } = diffManifests(before, await blobs.getManifest(made.digest));
  return {
    files: {
      added: added.map(({ path }) => path),
      removed: removed.map(({ path }) => path),
      changed: changed.map(({ after }) => after.path),
    },
  };
}

/** What a step says is committed with its result, at the same moment. */
function saidAt({ n }: Step, { rows, said }: RunRecord): Pick<ReplayedStep, "said"> {
  const own = said.filter((entry) => speaker(entry, rows) === n).map(saidOf);
  return own.length === 0 ? {} : { said: own };
}

function speaker({ createdAt }: OutboxEntry, rows: readonly Step[]): number {
  const ended = rows.findLast((row) => row.endedAt !== undefined && row.endedAt <= createdAt);
  return (ended ?? rows[0])?.n ?? 0;
}

function saidOf({ op, state }: OutboxEntry): Said {
  switch (op.op) {
    case "post":
    case "edit":
    case "whisper": {
      const { message } = op;
      const text = message.kind === "card" ? `${message.title}: ${message.state}` : message.text;
      return { op: op.op, kind: message.kind, text, state };
    }
    case "react":
      return { op: op.op, text: op.emoji, state };
    case "status":
      return { op: op.op, text: op.status, state };
    default:
      return op satisfies never;
  }
}
