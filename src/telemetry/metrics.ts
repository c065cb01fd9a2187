// What Deputy counts, by name, and the page that Prometheus reads.
//
//   N1  Labels are words from closed lists: no ids, people, channels or texts, so the number of series is bounded.
//   N2  A gauge that cannot be read is left out of the page, and counted; the page itself still answers.
//   N3  The process itself is measured from the first page on: watching its event loop wakes it a hundred times a second, for nobody
//        where no page is read.

import { collectDefaultMetrics, Registry } from "prom-client";
import { pause } from "../base/abort.ts";
import { systemClock } from "../base/clock.ts";
import type { OutboxOp } from "../domain/outbox.ts";
import type { RunState, TerminalRunState } from "../domain/run.ts";
import type { EffectClass, StepKind, StepState, Usage } from "../domain/step.ts";
import type { WaitAnswer, WaitKind } from "../domain/wait.ts";
import { countersOf } from "./counters.ts";
import { type GaugeSources, gaugesOf } from "./gauges.ts";

type InboxOutcome = "accepted" | "duplicate" | "rejected";
type OutboxOutcome = "sent" | "retried" | "dropped";
type SegmentOutcome = "settled" | "parked" | "sliced" | "backing-off" | "lost";
type Settled = Exclude<StepState, "started">;

interface StepMeasure {
  readonly kind: StepKind;
  readonly state: Settled;
  readonly seconds: number;
}

interface ToolMeasure {
  /** `refused`: a stage before the act said no. */
  readonly effect: EffectClass | "refused";
  readonly state: "done" | "failed";
  readonly seconds: number;
}

interface ModelMeasure {
  readonly purpose: "work" | "distil";
  readonly seconds: number;
  /** A code of our own errors; absent if it answered. */
  readonly error?: string | undefined;
}

interface WaitMeasure {
  readonly kind: WaitKind;
  readonly via: WaitAnswer["via"];
  readonly seconds: number;
}

/** `refused`: a click that did not count, for whatever reason. */
export type ApprovalOutcome = "approved" | "denied" | "expired" | "refused";

export interface Metrics {
  /** A run entered a state. */
  run(state: RunState): void;
  step(step: StepMeasure): void;
  tool(call: ToolMeasure): void;
  modelCall(call: ModelMeasure): void;
  usage(usage: Usage): void;
  waited(wait: WaitMeasure): void;
  approvalsAsked(count: number): void;
  /** `seconds` since it was asked. */
  approval(outcome: ApprovalOutcome, seconds: number): void;
  /** How many approvals a run had asked for when it ended. */
  approvalsOfRun(count: number): void;
  firstSign(seconds: number): void;
  result(outcome: TerminalRunState, seconds: number): void;
  segment(outcome: SegmentOutcome, seconds: number): void;
  leaseLost(): void;
  takenOver(): void;
  /** Runs of a dead worker. */
  handedOver(runs: number): void;
  /** `part` is the name of a part of the sweep. */
  swept(part: string, count: number): void;
  sweepFailed(part: string): void;
  inbox(outcome: InboxOutcome): void;
  outbox(outcome: OutboxOutcome, op: OutboxOp["op"]): void;
  spans(outcome: "sent" | "failed", count: number): void;
  /** Call once, when there is something to read from. */
  watch(sources: GaugeSources): void;
  /** The page, in the text format of Prometheus. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Everything of ours that the page may have. */
  list(): readonly ListedMetric[];
}

interface ListedMetric {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
  readonly help: string;
}

export interface MetricsOptions {
  /** Adds memory, CPU and event loop of the process. */
  readonly process: boolean;
}

/** The event loop is sampled every 10 ms; the first page, too, has a few samples. */
const firstSamplesMs = 50;

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const measureProcess = measuringProcess(registry, options);
  const count = countersOf(registry);
  const gauges = gaugesOf(registry);
  let sources: GaugeSources | undefined;
  return {
    run: (state) => count.runs.inc({ state }),
    step: ({ kind, state, seconds }) => {
      count.steps.inc({ kind, state });
      count.stepSeconds.observe({ kind }, seconds);
    },
    tool: ({ effect, state, seconds }) => count.toolSeconds.observe({ effect, state }, seconds),
    modelCall: ({ purpose, seconds, error }) => {
      count.modelSeconds.observe({ purpose, outcome: error === undefined ? "answered" : "failed" }, seconds);
      if (error !== undefined) count.modelFailures.inc({ code: error });
    },
    usage: (usage) => {
      count.tokens.inc({ kind: "input" }, usage.inputTokens);
      count.tokens.inc({ kind: "cached" }, usage.cachedTokens);
      count.tokens.inc({ kind: "output" }, usage.outputTokens);
      count.cost.inc((usage.usdMicros ?? 0) / 1_000_000);
    },
    waited: ({ kind, via, seconds }) => count.waitSeconds.observe({ kind, via }, seconds),
    approvalsAsked: (asked) => count.approvals.inc({ outcome: "asked" }, asked),
    approval: (outcome, seconds) => {
      count.approvals.inc({ outcome });
      if (outcome === "approved" || outcome === "denied") count.approvalSeconds.observe({ outcome }, seconds);
    },
    approvalsOfRun: (asked) => count.approvalsPerRun.observe(asked),
    firstSign: (seconds) => count.firstSignSeconds.observe(seconds),
    result: (outcome, seconds) => count.resultSeconds.observe({ outcome }, seconds),
    segment: (outcome, seconds) => {
      count.segments.inc({ outcome });
      count.segmentSeconds.observe(seconds);
    },
    leaseLost: () => count.leaseLosses.inc(),
    takenOver: () => count.takeovers.inc(),
    handedOver: (runs) => count.handovers.inc(runs),
    swept: (part, found) => count.sweeps.inc({ part }, found),
    sweepFailed: (part) => count.sweepFailures.inc({ part }),
    inbox: (outcome) => count.inbox.inc({ outcome }),
    outbox: (outcome, op) => count.outbox.inc({ outcome, op }),
    spans: (outcome, sent) => count.spans.inc({ outcome }, sent),
    watch: (given) => {
      sources = given;
    },
    page: async () => {
      await measureProcess();
      if (sources !== undefined) await gauges.read(sources);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    list: () => listed(registry),
  };
}

/** N3. */
function measuringProcess(registry: Registry, options: MetricsOptions): () => Promise<void> {
  let measures = !options.process;
  return async () => {
    if (measures) return;
    measures = true;
    collectDefaultMetrics({ register: registry });
    await pause(systemClock, firstSamplesMs);
  };
}

function listed(registry: Registry): readonly ListedMetric[] {
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith("deputy_"))
    .map((metric) => {
      const { name, type, help } = metric;
      const known = "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
      return { name, kind: String(type), labels: known.map(String), help };
    });
}
