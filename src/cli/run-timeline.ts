// A run as a tree of times: its segments, in each its steps, with tokens, cost, and who answered what it waited for.

import type { Run } from "../domain/run.ts";
import type { Step } from "../domain/step.ts";
import { traceIdOf } from "../domain/trace.ts";
import type { Wait } from "../domain/wait.ts";
import type { DecodedStep } from "../runtime/decoded-step.ts";
import type { Output } from "./contract.ts";
import type { RunRecord } from "./read-journal.ts";
import { withArticle } from "./with-article.ts";

export interface Timeline {
  readonly run: {
    readonly id: string;
    readonly trace: string;
    readonly state: string;
    readonly title: string;
    readonly created_at: string;
    readonly ended_at?: string;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly usd: number;
  };
  readonly segments: readonly TimedSegment[];
}

interface TimedSegment {
  readonly epoch: number;
  readonly started_at: string;
  readonly steps: readonly TimedStep[];
}

interface TimedStep {
  readonly n: number;
  readonly kind: string;
  readonly tool?: string;
  readonly state: string;
  readonly started_at: string;
  /** From intent to result; absent while there is none. */
  readonly ms?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly usd?: number;
  readonly waited?: TimedWait;
}

interface TimedWait {
  readonly for: string;
  readonly since: string;
  readonly ms?: number;
  readonly by?: string;
  readonly via?: string;
}

export function timelineOf({ run, rows, journal, waits }: RunRecord): Timeline {
  const epochs = [...new Set(rows.map((row) => row.epoch))];
  const decoded = new Map(journal.steps.map((step) => [step.n, step]));
  return {
    run: headOf(run),
    segments: epochs.map((epoch) => {
      const own = rows.filter((row) => row.epoch === epoch);
      return {
        epoch,
        started_at: iso(Math.min(...own.map((row) => row.startedAt))),
        steps: own.map((row) => timed(row, decoded.get(row.n), waits)),
      };
    }),
  };
}

function headOf(run: Run): Timeline["run"] {
  return {
    id: run.id,
    trace: traceIdOf(run.id),
    state: run.state,
    title: run.title,
    created_at: iso(run.createdAt),
    ...(run.endedAt === undefined ? {} : { ended_at: iso(run.endedAt) }),
    input_tokens: run.spent.inputTokens,
    output_tokens: run.spent.outputTokens,
    usd: run.spent.usdMicros / 1e6,
  };
}

function timed(row: Step, step: DecodedStep | undefined, waits: readonly Wait[]): TimedStep {
  const usage = step?.kind === "model" || step?.kind === "compaction" ? step.output?.usage : undefined;
  const wait = waits.find((one) => one.step === row.n);
  return {
    n: row.n,
    kind: row.kind,
    ...(row.tool === undefined ? {} : { tool: row.tool }),
    state: row.state,
    started_at: iso(row.startedAt),
    ...(row.endedAt === undefined ? {} : { ms: row.endedAt - row.startedAt }),
    ...(usage === undefined
      ? {}
      : {
          input_tokens: usage.inputTokens,
          output_tokens: usage.outputTokens,
          ...(usage.usdMicros === undefined ? {} : { usd: usage.usdMicros / 1e6 }),
        }),
    ...(wait === undefined ? {} : { waited: waited(wait) }),
  };
}

function waited({ kind, state, createdAt, resolvedAt, answer }: Wait): TimedWait {
  const by = answer?.byName ?? answer?.by;
  return {
    for: kind,
    since: iso(createdAt),
    ...(resolvedAt === undefined || state !== "resolved" ? {} : { ms: resolvedAt - createdAt }),
    ...(by === undefined ? {} : { by }),
    ...(answer === undefined ? {} : { via: answer.via }),
  };
}

export function printTimeline(out: Output, { run, segments }: Timeline): void {
  const cost = `${run.input_tokens} tokens in, ${run.output_tokens} out, ${run.usd} USD`;
  out.write(`${run.id} ${run.state}: ${run.title}\n`);
  out.write(`trace ${run.trace}\n`);
  out.write(`${run.created_at} to ${run.ended_at ?? "now"}, ${cost}\n`);
  for (const { epoch, started_at, steps } of segments) {
    out.write(`├─ ${epoch === 0 ? "taken over from an earlier run" : `segment ${epoch}`}, ${started_at}\n`);
    for (const step of steps) out.write(`│  ├─ ${stepLine(step)}\n`);
  }
}

function stepLine({ n, tool, kind, state, ms, waited: wait, ...spent }: TimedStep): string {
  const tokens =
    spent.input_tokens === undefined
      ? ""
      : `, ${spent.input_tokens} in, ${spent.output_tokens ?? 0} out${spent.usd === undefined ? "" : `, ${spent.usd} USD`}`;
  const time = ms === undefined ? "" : ` ${lasted(ms)}`;
  return `#${n} ${tool ?? kind} ${state}${time}${tokens}${wait === undefined ? "" : `; ${waitText(wait)}`}`;
}

function waitText({ for: what, ms, by, via }: TimedWait): string {
  if (ms === undefined) return `waits for ${withArticle(what)}`;
  return `waited ${lasted(ms)} for ${withArticle(what)}, answered by ${by ?? "nobody"} (${via ?? "unknown"})`;
}

function lasted(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
