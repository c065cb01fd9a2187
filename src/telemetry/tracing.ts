// Traces as the rest of the code sees them: what was done, for which run, and how it ended. Knows no OpenTelemetry.
//
//   TR1  Everything of a run is in one trace, whichever process did it and on whatever day: its ids are derived (T1).
//   TR2  A span holds ids, numbers and words from closed lists or from the configuration: nothing that people, models
//        or files said.
//   TR3  Tracing never throws, never waits and never holds up the work.

import type { ConversationId, RunId } from "../domain/ids.ts";
import type { Usage } from "../domain/step.ts";

export const spanKinds = [
  "run",
  "segment",
  "model",
  "tool",
  "wait",
  "compaction",
  "delivery",
  "take-in",
] as const;
export type SpanKind = (typeof spanKinds)[number];

/** What is traced. */
export interface Traced {
  readonly kind: SpanKind;
  /** Absent for what belongs to no run: it gets a trace of its own. */
  readonly run?: RunId | undefined;
  readonly conversation?: ConversationId;
  readonly agent?: string;
  /** Of the claim. With it, the span lies inside the span of the segment. */
  readonly epoch?: number;
  readonly segment?: number;
  readonly step?: number;
  /** The model, the tool, or the kind of wait, of delivery, of event (TR2). */
  readonly name?: string;
  readonly provider?: string;
  readonly callId?: string;
}

export interface SpanResult {
  /** A code; the span is marked as failed. */
  readonly error?: string | undefined;
  readonly outcome?: string;
  readonly usage?: Usage | undefined;
  readonly responseModel?: string | undefined;
}

export interface OpenSpan {
  /** Twice is once. */
  end(result?: SpanResult): void;
}

export interface SpanTimes {
  /** Both in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What writes spans. Where tracing is off there is none. */
export interface Tracer {
  begin(what: Traced): OpenSpan;
  /** Something that is over already. */
  record(what: Traced, times: SpanTimes, result?: SpanResult): void;
}

export interface Tracing extends Tracer {
  /** `ok` also before the first export. */
  state(): TracingState;
  /** Sends what is left, for a few seconds at most. Never rejects. */
  stop(): Promise<void>;
}

export type TracingState =
  | { readonly kind: "ok" }
  | { readonly kind: "failing"; readonly since: number; readonly why: string };
