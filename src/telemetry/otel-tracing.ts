// Tracing with OpenTelemetry, sent over OTLP/HTTP. Imported only where traces are wanted: its SDK is slow to load.
//
// Owns: ids, sampling, batching, the flush at the end. Does not own: what is traced (tracing.ts and its callers).
//
//   OT1  Nothing is registered globally, and no span is found by being "active": each says where it belongs.
//   OT2  A trace is sampled whole: the decision depends on its id alone, so every process makes the same one.

import { randomUUID } from "node:crypto";
import { type Context, ROOT_CONTEXT, type Span, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { pause } from "../base/abort.ts";
import { traceIdOf } from "../domain/trace.ts";
import { type WatchDeps, watchExport } from "./span-export.ts";
import { rootSpanIdOf, segmentSpanIdOf } from "./span-ids.ts";
import { resultAttributes, spanForm } from "./span-words.ts";
import type { OpenSpan, SpanResult, SpanTimes, Traced, Tracing } from "./tracing.ts";

export interface OtelTracingOptions extends WatchDeps {
  /** Takes the spans: the collector's address with `/v1/traces`. */
  readonly url: string;
  /** Asked for at each export, so that they lie nowhere. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: "always_on" | "always_off" | "traceidratio";
  /** Share of the traces that `traceidratio` keeps. */
  readonly ratio: number;
  /** The flush at the end takes no longer. */
  readonly flushMs?: number;
}

/** Ids that the next span gets, where they are not random. */
interface WantedIds {
  trace?: string | undefined;
  span?: string | undefined;
}

export function createOtelTracing(options: OtelTracingOptions): Tracing {
  const { clock, flushMs = 2_000 } = options;
  const inner = new OTLPTraceExporter({ url: options.url, headers: async () => ({ ...options.headers() }) });
  const watched = watchExport(inner, options);
  const wanted: WantedIds = {};
  const random = new RandomIdGenerator();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.instance.id": randomUUID(), ...options.resource }),
    sampler: samplerOf(options),
    idGenerator: {
      generateTraceId: () => wanted.trace ?? random.generateTraceId(),
      generateSpanId: () => wanted.span ?? random.generateSpanId(),
    },
    spanProcessors: [new BatchSpanProcessor(watched.exporter)],
  });
  const tracer = provider.getTracer("deputy");

  // Times are dates: the SDK takes a number from before the start of the process for a time since that start.
  const open = (what: Traced, startedAt?: number): Span => {
    const { title, direction, attributes } = spanForm(what);
    Object.assign(wanted, ownIds(what));
    try {
      const start = startedAt === undefined ? {} : { startTime: new Date(startedAt) };
      return tracer.startSpan(title, { kind: direction, attributes, ...start }, parentOf(what));
    } finally {
      wanted.trace = undefined;
      wanted.span = undefined;
    }
  };
  return {
    state: () => watched.state(),
    begin: (what) => harmless(() => ending(open(what))) ?? nothing,
    record: (what, { startedAt, endedAt }: SpanTimes, result = {}) =>
      harmless(() => close(open(what, startedAt), result, endedAt)),
    async stop() {
      const over = new AbortController();
      const flushed = provider
        .shutdown()
        .catch(() => undefined) // said already, where it is watched
        .finally(() => over.abort());
      await Promise.race([flushed, pause(clock, flushMs, over.signal)]);
    },
  };
}

const nothing: OpenSpan = { end: () => undefined };

function ending(span: Span): OpenSpan {
  return { end: (result = {}) => harmless(() => close(span, result)) };
}

function close(span: Span, result: SpanResult, endedAt?: number): void {
  span.setAttributes(resultAttributes(result));
  if (result.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt === undefined ? undefined : new Date(endedAt));
}

function ownIds({ kind, run, epoch }: Traced): WantedIds {
  if (run === undefined) return {};
  if (kind === "run") return { trace: traceIdOf(run), span: rootSpanIdOf(run) };
  return kind === "segment" && epoch !== undefined ? { span: segmentSpanIdOf(run, epoch) } : {};
}

function parentOf({ kind, run, epoch }: Traced): Context {
  if (run === undefined || kind === "run") return ROOT_CONTEXT;
  const inSegment = kind !== "segment" && epoch !== undefined;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceIdOf(run),
    spanId: inSegment ? segmentSpanIdOf(run, epoch) : rootSpanIdOf(run),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** OT2. Every trace begins with us, so what a parent decided needs no asking. */
function samplerOf({ sampler, ratio }: OtelTracingOptions): Sampler {
  if (sampler === "always_off") return new AlwaysOffSampler();
  return sampler === "always_on" ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
}

/** TR3. */
function harmless<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined; // a span less; the work is what counts
  }
}
