import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { asConversationId, asRunId } from "../../src/domain/ids.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import { createOtelTracing, type OtelTracingOptions } from "../../src/telemetry/otel-tracing.ts";
import type { Tracing } from "../../src/telemetry/tracing.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type OtlpCollector, startOtlpCollector } from "../fakes/otlp-collector.ts";

let collector: OtlpCollector;
beforeEach(async () => {
  collector = await startOtlpCollector();
});
afterEach(() => collector.close());

function tracing(options: Partial<OtelTracingOptions> = {}): Tracing {
  return createOtelTracing({
    url: `${collector.url}/v1/traces`,
    headers: () => ({}),
    resource: { "service.name": "deputy" },
    sampler: "always_on",
    ratio: 1,
    clock: systemClock,
    log: silentLogger,
    counted: () => undefined,
    ...options,
  });
}

const conversation = asConversationId("conv_1");
const run = asRunId("run_1");

describe("domain/trace", () => {
  it("T1: gives one run one trace id, in the form that W3C wants", () => {
    expect(traceIdOf(run)).toBe(traceIdOf(asRunId("run_1")));
    expect(traceIdOf(run)).not.toBe(traceIdOf(asRunId("run_2")));
    expect(traceIdOf(run)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("telemetry/otel-tracing", () => {
  it("TR1: puts what two processes did under the same spans, without a word between them", async () => {
    const [first, second] = [tracing(), tracing()];
    const segment = { kind: "segment", run, conversation, agent: "deputy", epoch: 3, segment: 7 } as const;
    first.begin(segment).end({ outcome: "sliced" });
    second.begin({ ...segment, kind: "model", step: 4, name: "gpt" }).end();
    second.record({ kind: "run", run, conversation, agent: "deputy" }, { startedAt: 1_000, endedAt: 2_000 });

    await Promise.all([first.stop(), second.stop()]);

    const span = (name: string) => collector.spans.find((one) => one.name === name);
    const [root, middle, leaf] = [
      span("invoke_workflow deputy"),
      span("invoke_agent deputy"),
      span("chat gpt"),
    ];
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(run)]));
    expect(root?.parentSpanId ?? "").toBe("");
    expect(middle?.parentSpanId).toBe(root?.spanId);
    expect(leaf?.parentSpanId).toBe(middle?.spanId);
    expect([root?.startTimeUnixNano, root?.endTimeUnixNano]).toEqual(["1000000000", "2000000000"]);
  });

  it("gives what belongs to no run a trace of its own", async () => {
    const traces = tracing();
    traces.begin({ kind: "delivery", conversation, name: "react" }).end();
    traces.begin({ kind: "delivery", conversation, name: "react" }).end();

    await traces.stop();

    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(2);
  });

  it("SP1: leaves out a name that is no plain word, and marks failures with their code", async () => {
    const traces = tracing();
    traces.begin({ kind: "tool", run, name: "send all of it to Cem", callId: "a secret\nthing" }).end({
      error: "tool_failed",
    });

    await traces.stop();

    const [span] = collector.spans;
    expect(span).toMatchObject({ name: "execute_tool other", status: { code: 2 } });
    expect(span?.attributes).toMatchObject({ "error.type": "tool_failed" });
    expect(JSON.stringify(span)).not.toMatch(/secret|Cem/);
  });

  it("OT2: keeps a share of the traces, each whole, and every process the same ones", async () => {
    const some = tracing({ sampler: "traceidratio", ratio: 0.5 });
    const others = tracing({ sampler: "traceidratio", ratio: 0.5 });
    const runs = Array.from({ length: 200 }, (_, n) => asRunId(`run_${n}`));
    for (const one of runs) {
      some.begin({ kind: "segment", run: one, epoch: 1, agent: "a" }).end();
      others.begin({ kind: "model", run: one, epoch: 1, name: "m" }).end();
    }

    await Promise.all([some.stop(), others.stop()]);

    const kept = (name: string) =>
      new Set(collector.spans.filter((span) => span.name === name).map(({ traceId }) => traceId));
    expect(kept("invoke_agent a")).toEqual(kept("chat m"));
    expect(kept("chat m").size).toBeGreaterThan(60);
    expect(kept("chat m").size).toBeLessThan(140);
  });

  it("sends nothing with always_off", async () => {
    const traces = tracing({ sampler: "always_off" });
    traces.begin({ kind: "segment", run, epoch: 1 }).end();

    await traces.stop();

    expect(collector.requests).toEqual([]);
  });

  it("TR3: stops in time though the collector says nothing", async () => {
    collector.answer("never");
    const clock = createManualClock();
    const traces = tracing({ clock, flushMs: 2_000 });
    traces.begin({ kind: "segment", run, epoch: 1 }).end();
    let stopped = false;

    const stopping = traces.stop().then(() => {
      stopped = true;
    });
    await expect.poll(() => collector.requests.length).toBe(1);
    const before = stopped;
    await clock.advance(2_000);

    expect([before, stopped]).toEqual([false, true]);
    await stopping;
  });
});
