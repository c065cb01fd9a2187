// The way of finished spans to the collector, watched: what fails is known, and said at most once a minute.

import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { TracingState } from "./tracing.ts";

export interface WatchedExport {
  readonly exporter: SpanExporter;
  state(): TracingState;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly counted: (outcome: "sent" | "failed", spans: number) => void;
}

const saidEveryMs = 60_000;

export function watchExport(inner: SpanExporter, { clock, log, counted }: WatchDeps): WatchedExport {
  let state: TracingState = { kind: "ok" };
  let saidAt = Number.NEGATIVE_INFINITY;
  const failed = (error: unknown): void => {
    const now = clock.now();
    const why = errorText(error);
    state = { kind: "failing", since: state.kind === "failing" ? state.since : now, why };
    if (now - saidAt < saidEveryMs) return;
    saidAt = now;
    log.warn("Traces could not be sent; these spans are lost, the work goes on", { reason: why });
  };
  const sent = (): void => {
    if (state.kind === "failing") log.info("Traces are sent again");
    state = { kind: "ok" };
  };
  return {
    state: () => state,
    exporter: {
      export: (spans, done) =>
        inner.export(spans, (result) => {
          counted(result.code === 0 ? "sent" : "failed", spans.length);
          if (result.code === 0) sent();
          else failed(result.error ?? "no reason given");
          done(result);
        }),
      shutdown: () => inner.shutdown(),
      forceFlush: () => inner.forceFlush?.() ?? Promise.resolve(),
    },
  };
}
