// What Deputy counts, by name, and the page that Prometheus reads.
//
//   N1  Labels are words from closed lists: no ids, people, channels or texts, so the number of series is bounded.
//   N2  A gauge that cannot be read is left out of the page, and counted; the page itself still answers.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RunState } from "../domain/run.ts";
import type { StepKind, StepState, Usage } from "../domain/step.ts";

type InboxOutcome = "accepted" | "duplicate" | "rejected";
type OutboxOutcome = "sent" | "retried" | "dropped";
type SegmentOutcome = "settled" | "parked" | "sliced" | "backing-off" | "lost";

interface StepMeasure {
  readonly kind: StepKind;
  readonly state: Exclude<StepState, "started">;
  readonly seconds: number;
}

/** Read when the page is asked for. */
interface GaugeSources {
  readonly queueDepth: () => Promise<{ readonly waiting: number; readonly active: number }>;
  /** Entries of the outbox that are due. */
  readonly outboxDue: () => Promise<number>;
  readonly runCounts: () => Promise<Readonly<Partial<Record<RunState, number>>>>;
}

export interface Metrics {
  /** A run entered a state. */
  run(state: RunState): void;
  step(step: StepMeasure): void;
  usage(usage: Usage): void;
  segment(outcome: SegmentOutcome, seconds: number): void;
  inbox(outcome: InboxOutcome): void;
  outbox(outcome: OutboxOutcome): void;
  /** Call once, when there is something to read from. */
  watch(sources: GaugeSources): void;
  /** The page, in the text format of Prometheus. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const stepBuckets = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface MetricsOptions {
  /** Adds memory, CPU and event loop of the process. */
  readonly process: boolean;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  const count = countersOf(registry);
  const gauges = gaugesOf(registry);
  let sources: GaugeSources | undefined;
  return {
    run: (state) => count.runs.inc({ state }),
    step: ({ kind, state, seconds }) => {
      count.steps.inc({ kind, state });
      count.stepSeconds.observe({ kind }, seconds);
    },
    usage: (usage) => {
      count.tokens.inc({ kind: "input" }, usage.inputTokens);
      count.tokens.inc({ kind: "cached" }, usage.cachedTokens);
      count.tokens.inc({ kind: "output" }, usage.outputTokens);
      count.cost.inc((usage.usdMicros ?? 0) / 1_000_000);
    },
    segment: (outcome, seconds) => {
      count.segments.inc({ outcome });
      count.segmentSeconds.observe(seconds);
    },
    inbox: (outcome) => count.inbox.inc({ outcome }),
    outbox: (outcome) => count.outbox.inc({ outcome }),
    watch: (given) => {
      sources = given;
    },
    page: async () => {
      if (sources !== undefined) await readGauges(gauges, sources);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- not exported; the shape is the list below
function countersOf(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  return {
    runs: counter("deputy_runs_total", "Runs that entered a state", ["state"]),
    steps: counter("deputy_steps_total", "Steps that got their result", ["kind", "state"]),
    stepSeconds: new Histogram({
      name: "deputy_step_seconds",
      help: "From intent to result of a step",
      labelNames: ["kind"],
      buckets: stepBuckets,
      registers,
    }),
    segments: counter("deputy_segments_total", "Segments by how they ended", ["outcome"]),
    segmentSeconds: new Histogram({
      name: "deputy_segment_seconds",
      help: "How long a segment held its run",
      buckets: stepBuckets,
      registers,
    }),
    tokens: counter("deputy_model_tokens_total", "Tokens that model calls used", ["kind"]),
    cost: counter("deputy_model_cost_usd_total", "Cost of model calls whose price is known", []),
    inbox: counter("deputy_inbox_total", "Events heard", ["outcome"]),
    outbox: counter("deputy_outbox_total", "Things said", ["outcome"]),
  };
}

interface Gauges {
  readonly queueDepth: Gauge<"state">;
  readonly outboxDue: Gauge;
  readonly runs: Gauge<"state">;
  readonly failures: Counter<"gauge">;
}

function gaugesOf(registry: Registry): Gauges {
  const registers = [registry];
  return {
    queueDepth: new Gauge({
      name: "deputy_queue_depth",
      help: "Bells in the queue",
      labelNames: ["state"],
      registers,
    }),
    outboxDue: new Gauge({
      name: "deputy_outbox_due",
      help: "Entries of the outbox that are due",
      registers,
    }),
    runs: new Gauge({ name: "deputy_runs", help: "Runs by state", labelNames: ["state"], registers }),
    failures: new Counter({
      name: "deputy_gauge_failures_total",
      help: "Gauges that could not be read",
      labelNames: ["gauge"],
      registers,
    }),
  };
}

async function readGauges(gauges: Gauges, sources: GaugeSources): Promise<void> {
  const { queueDepth, outboxDue, runs, failures } = gauges;
  await Promise.all([
    refresh(
      failures,
      "queue_depth",
      () => queueDepth.reset(),
      async () => {
        const depth = await sources.queueDepth();
        return () => {
          queueDepth.set({ state: "waiting" }, depth.waiting);
          queueDepth.set({ state: "active" }, depth.active);
        };
      },
    ),
    refresh(
      failures,
      "outbox_due",
      () => outboxDue.remove(),
      async () => {
        const due = await sources.outboxDue();
        return () => outboxDue.set(due);
      },
    ),
    refresh(
      failures,
      "runs",
      () => runs.reset(),
      async () => {
        const counts = await sources.runCounts();
        return () => {
          for (const [state, count] of Object.entries(counts)) runs.set({ state }, count);
        };
      },
    ),
  ]);
}

/** Old values go, new ones come, with nothing in between: two readers of the page see whole gauges. */
async function refresh(
  failures: Counter<"gauge">,
  gauge: string,
  clear: () => void,
  read: () => Promise<() => void>,
): Promise<void> {
  try {
    const set = await read();
    clear();
    set();
  } catch {
    clear();
    failures.inc({ gauge }); // N2: whoever owns the source logs why
  }
}
