import perfHooks from "node:perf_hooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMetrics } from "../../src/telemetry/metrics.ts";

const metricsIntro = `# Metrics

What \`/metrics\` has of Deputy's own, beside memory, CPU and event loop of the process, which are measured from the first time that
the page is read. Seconds are histograms. Labels are words from closed lists: no ids, people, channels or texts. Who may read the page,
and what to do with it: [observability.md](observability.md).`;

const ages = {
  outboxAgeMs: () => Promise.resolve(1_500),
  inboxAgeMs: () => Promise.resolve(0),
  overduePromises: () => Promise.resolve(2),
};

describe("telemetry/metrics", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

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
    metrics.outbox("sent", "post");
    metrics.modelCall({ purpose: "work", seconds: 3, error: "model.timeout" });
    metrics.waited({ kind: "question", via: "button", seconds: 90 });
    metrics.approvalsAsked(2);
    metrics.approval("approved", 1.5);
    metrics.approval("refused", 1);
    metrics.approvalsOfRun(2);

    const page = await pageOf(metrics);
    expect(page).toContain('deputy_runs_total{state="done"} 2');
    expect(page).toContain('deputy_steps_total{kind="tool",state="failed"} 1');
    expect(page).toContain('deputy_step_seconds_bucket{le="0.5",kind="tool"} 1');
    expect(page).toContain('deputy_model_tokens_total{kind="cached"} 40');
    expect(page).toContain("deputy_model_cost_usd_total 0.0015");
    expect(page).toContain('deputy_segments_total{outcome="parked"} 1');
    expect(page).toContain('deputy_inbox_total{outcome="duplicate"} 1');
    expect(page).toContain('deputy_outbox_total{outcome="sent",op="post"} 1');
    expect(page).toContain('deputy_model_failures_total{code="model.timeout"} 1');
    expect(page).toContain('deputy_approvals_total{outcome="asked"} 2');
    expect(page).toContain('deputy_approvals_total{outcome="refused"} 1');
    expect(page).toContain('deputy_approval_seconds_bucket{le="1",outcome="approved"} 0');
    expect(page).toContain('deputy_approval_seconds_bucket{le="2",outcome="approved"} 1');
    expect(page).not.toContain('deputy_approval_seconds_count{outcome="refused"}');
    expect(page).toContain('deputy_approvals_per_run_bucket{le="2"} 1');
    expect(page).toContain('deputy_wait_seconds_bucket{le="300",kind="question",via="button"} 1');
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
      ...ages,
    });

    const before = await pageOf(metrics);
    counts = { waiting: 2 };
    const after = await pageOf(metrics);

    expect(before).toContain('deputy_queue_depth{state="waiting"} 4');
    expect(before).toContain("deputy_outbox_due 5");
    expect(before).toContain("deputy_outbox_age_seconds 1.5");
    expect(before).toContain("deputy_promises_overdue 2");
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
      ...ages,
    });

    const page = await pageOf(metrics);

    expect(page).not.toMatch(/^deputy_queue_depth\{/m);
    expect(page).toContain("deputy_outbox_due 5");
    expect(page).toContain('deputy_gauge_failures_total{gauge="queue_depth"} 1');
  });

  it("are those of docs/metrics.md (`npx vitest run test/telemetry/metrics.test.ts -u` writes it)", async () => {
    const rows = createMetrics({ process: false })
      .list()
      .map(
        ({ name, kind, labels, help }) =>
          `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help}. |`,
      );

    await expect(
      `${metricsIntro}\n\n| name | kind | labels | what it is |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`,
    ).toMatchFileSnapshot("../../docs/metrics.md");
  });

  it("has no metric in common with another instance", async () => {
    const [one, two] = [createMetrics({ process: false }), createMetrics({ process: false })];

    one.inbox("accepted");

    expect(await pageOf(two)).not.toContain('deputy_inbox_total{outcome="accepted"}');
  });

  it("adds the process when it is told to", async () => {
    const page = await pageOf(createMetrics({ process: true }));

    expect(page).toContain("process_resident_memory_bytes");
    expect(page).toContain("nodejs_eventloop_lag_mean_seconds");
  });

  it("N3: watches no event loop before the first page, and one after it", async () => {
    const watching = vi.spyOn(perfHooks, "monitorEventLoopDelay");
    const metrics = createMetrics({ process: true });
    expect(watching).not.toHaveBeenCalled();

    await pageOf(metrics);
    await pageOf(metrics);

    expect(watching).toHaveBeenCalledOnce();
  });
});
