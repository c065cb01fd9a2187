import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";

describe("telemetry/metrics", () => {
  async function pageOf(metrics: ReturnType<typeof createMetrics>): Promise<string> {
    return (await metrics.page()).body;
  }

  it("counts what happened under the names of the docs", async () => {
    const metrics = createMetrics({ process: false });

    metrics.run("done");
    metrics.run("done");
    metrics.step({ kind: "tool", state: "failed", seconds: 0.3 });
    metrics.usage({ inputTokens: 100, cachedTokens: 40, outputTokens: 7, usdMicros: 1_500 });
    metrics.segment("parked", 2);
    metrics.inbox("duplicate");
    metrics.outbox("sent");

    const page = await pageOf(metrics);
    expect(page).toContain('deputy_runs_total{state="done"} 2');
    expect(page).toContain('deputy_steps_total{kind="tool",state="failed"} 1');
    expect(page).toContain('deputy_step_seconds_bucket{le="0.5",kind="tool"} 1');
    expect(page).toContain('deputy_model_tokens_total{kind="cached"} 40');
    expect(page).toContain("deputy_model_cost_usd_total 0.0015");
    expect(page).toContain('deputy_segments_total{outcome="parked"} 1');
    expect(page).toContain('deputy_inbox_total{outcome="duplicate"} 1');
    expect(page).toContain('deputy_outbox_total{outcome="sent"} 1');
  });

  it("says what format the page has", async () => {
    const { contentType } = await createMetrics({ process: false }).page();

    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it("reads gauges when the page is asked for, and forgets states that are gone", async () => {
    const metrics = createMetrics({ process: false });
    let counts: Record<string, number> = { waiting: 3, working: 1 };
    metrics.watch({
      queueDepth: () => Promise.resolve({ waiting: 4, active: 2 }),
      outboxDue: () => Promise.resolve(5),
      runCounts: () => Promise.resolve(counts),
    });

    const before = await pageOf(metrics);
    counts = { waiting: 2 };
    const after = await pageOf(metrics);

    expect(before).toContain('deputy_queue_depth{state="waiting"} 4');
    expect(before).toContain("deputy_outbox_due 5");
    expect(before).toContain('deputy_runs{state="working"} 1');
    expect(after).toContain('deputy_runs{state="waiting"} 2');
    expect(after).not.toContain('deputy_runs{state="working"}');
  });

  it("N2: leaves out a gauge that cannot be read, counts that, and answers", async () => {
    const metrics = createMetrics({ process: false });
    metrics.watch({
      queueDepth: () => Promise.reject(new Error("Redis is down")),
      outboxDue: () => Promise.resolve(5),
      runCounts: () => Promise.resolve({}),
    });

    const page = await pageOf(metrics);

    expect(page).not.toMatch(/^deputy_queue_depth\{/m);
    expect(page).toContain("deputy_outbox_due 5");
    expect(page).toContain('deputy_gauge_failures_total{gauge="queue_depth"} 1');
  });

  it("has no metric in common with another instance", async () => {
    const [one, two] = [createMetrics({ process: false }), createMetrics({ process: false })];

    one.inbox("accepted");

    expect(await pageOf(two)).not.toContain('deputy_inbox_total{outcome="accepted"}');
  });

  it("adds the process when it is told to", async () => {
    expect(await pageOf(createMetrics({ process: true }))).toContain("process_resident_memory_bytes");
  });
});
