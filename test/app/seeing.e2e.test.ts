// A whole job as operators see it: the spans that a collector gets, the lines of the log, the measures, readiness.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from "../fakes/otlp-collector.ts";
import { threadIn } from "./people.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

/** In everything that people, models and files say here: none of it belongs into telemetry. */
const canary = "kanarienvogel";

const job = [
  uses([
    "set_plan",
    {
      title: `Plan ${canary}`,
      steps: ["A", "B", "C"].map((text) => ({ text: `${text} ${canary}`, state: "todo" })),
    },
  ]),
  uses(["read_file", { path: `inbox/${canary}.csv` }], [canary, { [canary]: canary }]),
  uses(["ask_person", { question: `With ${canary}?`, options: [`Yes ${canary}`, "No"] }]),
  uses(["write_file", { path: `${canary}.md`, content: canary }]),
  finishes(`All ${canary}.`, `${canary}.md`),
];

async function playJob({ people, model }: Product, atTheQuestion?: () => Promise<void>): Promise<void> {
  model.reply(...job);
  const files = [{ name: `${canary}.csv`, content: Buffer.from(`a,b\n${canary},1\n`) }];
  const thread = await people.ana.asks(`@deputy look into ${canary}`, { files });
  const question = await thread.post("attention");
  await atTheQuestion?.();
  await people.ana.clicks(question, `Yes ${canary}`);
  await thread.post("result");
  await thread.post("card", 1, (body) => body.state === "Done");
}

describe("app: a job that is traced", () => {
  let collector: OtlpCollector;
  let product: Product;
  let run: string;
  let page: string;
  let ready: Record<string, unknown>;
  beforeAll(async () => {
    collector = await startOtlpCollector();
    product = await startProduct({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret-of-the-collector,x-team=t1",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
        OTEL_SERVICE_NAME: "deputy-test",
        DEPUTY_LOG_LEVEL: "debug",
        DEPUTY_MODEL: "gpt-5.1",
      },
    });
    await playJob(product);
    run = await product.app.edges.store.read(async (tx) => (await tx.runs.list({ limit: 1 }))[0]?.id ?? "");
    page = await vi.waitFor(async () => {
      await product.app.gateway.delivery.idle();
      const { body } = await product.app.edges.metrics.page();
      if (!body.includes("deputy_outbox_age_seconds 0\n")) throw new Error("Marks are still being sent");
      return body;
    });
    ready = await vi.waitFor(async () => {
      const answer: unknown = await (await fetch(`${product.app.url}/readyz`)).json();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own answer to this machine
      const { checks } = answer as { checks: Record<string, unknown> };
      const turns = [checks["sweeper"], checks["supervisor"], checks["schedules"]];
      if (turns.includes("nobody"))
        throw new Error("The turns are not taken yet: they are a second after the start");
      return checks;
    });
    await product.stop();
  });
  afterAll(() => collector.close());

  const named = (name: string): CollectedSpan[] => collector.spans.filter((span) => span.name === name);

  it("TR1: is one trace, with a root of its own, and each step lies in its segment", () => {
    const own = collector.spans.filter((span) => span.attributes["deputy.run"] === run);
    const [root] = named("invoke_workflow deputy");

    expect(new Set(own.map((span) => span.traceId))).toEqual(new Set([traceIdOf(asRunId(run))]));
    expect(root?.parentSpanId ?? "").toBe("");
    const segments = named("invoke_agent deputy");
    expect(segments.length).toBeGreaterThanOrEqual(2);
    for (const segment of segments) expect(segment.parentSpanId).toBe(root?.spanId);
    const steps = own.filter((span) => /^(chat|execute_tool) /.test(span.name));
    expect(steps.length).toBe(11);
    const homes = new Set(segments.map((span) => span.spanId));
    for (const step of steps) expect(homes).toContain(step.parentSpanId);
  });

  it("has the names and attributes of the conventions", () => {
    const [chat] = named("chat gpt-5.1");
    const [tool] = named("execute_tool read_file");
    const [wait] = named("wait question");

    expect(named("chat gpt-5.1")).toHaveLength(5);
    expect(chat?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5.1",
      "gen_ai.agent.name": "deputy",
      "deputy.run": run,
      "deputy.step": 0,
      "deputy.epoch": 1,
    });
    expect(chat?.attributes).toHaveProperty(["gen_ai.usage.input_tokens"]);
    expect(chat?.attributes).toHaveProperty(["gen_ai.response.model"]);
    expect(tool?.attributes).toMatchObject({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "read_file",
      "gen_ai.tool.call.id": expect.stringMatching(/^call_/),
    });
    expect(wait?.attributes).toMatchObject({ "deputy.wait": "question", "deputy.outcome": "button" });
    expect(named("take_in message")).toHaveLength(1);
    expect(named("take_in action")).toHaveLength(1);
    expect(named("deliver post").length).toBeGreaterThanOrEqual(3);
    expect(collector.resources[0]).toMatchObject({
      "service.name": "deputy-test",
      "deployment.environment.name": "test",
    });
  });

  it("sends the headers of the collector, and says them nowhere else", () => {
    expect(collector.requests[0]?.path).toBe("/v1/traces");
    expect(collector.requests[0]?.headers).toMatchObject({
      authorization: "Bearer secret-of-the-collector",
      "x-team": "t1",
    });
    expect(JSON.stringify(product.log)).not.toContain("secret-of-the-collector");
  });

  it("TR2 N1: nothing that anybody said is in spans, log lines or measures", () => {
    expect(collector.requests.map(({ body }) => body).join("\n")).not.toContain(canary);
    expect(JSON.stringify(product.log)).not.toContain(canary);
    expect(page).not.toContain(canary);
    expect(named("execute_tool unknown")).toHaveLength(1);
  });

  it("SE1: every line of a segment, a delivery and a take-in says what it belongs to", () => {
    const lines = (msg: string): Product["log"] => product.log.filter((line) => line.msg === msg);
    const ids = { run, trace: traceIdOf(asRunId(run)), conversation: expect.any(String) };

    expect(lines("A step ended").length).toBe(10); // all but the question, which is a wait
    for (const line of [...lines("A step ended"), ...lines("A segment ended.")])
      expect(line).toMatchObject({ ...ids, person: product.people.ana.key, epoch: expect.any(Number) });
    for (const line of lines("A step ended")) expect(line["step"]).toEqual(expect.any(Number));
    const taken = lines("What was heard reached a run");
    expect(taken).toHaveLength(2);
    for (const line of taken) {
      expect(line).toMatchObject({ ...ids, person: product.people.ana.key, event: expect.any(String) });
    }
    const posts = lines("A delivery ended").filter((line) => line["op"] === "post");
    for (const line of posts) expect(line).toMatchObject({ ...ids, key: expect.any(String) });
    expect(lines("A run ended")).toEqual([expect.objectContaining({ ...ids, state: "done" })]);
  });

  it("counts what operators ask for", () => {
    const value = (line: string): number =>
      Number(
        page
          .split("\n")
          .find((one) => one.startsWith(`${line} `))
          ?.slice(line.length + 1) ?? Number.NaN,
      );

    expect(value('deputy_runs_total{state="done"}')).toBe(1);
    expect(value('deputy_wait_seconds_count{kind="question",via="button"}')).toBe(1);
    expect(value("deputy_first_sign_seconds_count")).toBeGreaterThanOrEqual(1);
    expect(value('deputy_result_seconds_count{outcome="done"}')).toBe(1);
    expect(value('deputy_model_call_seconds_count{purpose="work",outcome="answered"}')).toBe(5);
    expect(value('deputy_tool_seconds_count{effect="read",state="done"}')).toBe(1);
    expect(value('deputy_tool_seconds_count{effect="refused",state="failed"}')).toBe(1);
    expect(value('deputy_outbox_total{outcome="sent",op="post"}')).toBeGreaterThanOrEqual(3);
    expect(value("deputy_outbox_age_seconds")).toBe(0);
    expect(value("deputy_inbox_age_seconds")).toBe(0);
    expect(value("deputy_promises_overdue")).toBe(0);
  });

  it("has a state per part in /readyz", () => {
    expect(ready).toMatchObject({
      database: "ok",
      queue: "ok",
      local: "ok",
      model: { state: "ok" },
      workers: { state: "ok", owner: expect.any(String), busy: 0, leases: "none held" },
      supervisor: expect.stringMatching(/^voice_/),
      schedules: expect.stringMatching(/^clock_/),
      tracing: { kind: "ok" },
    });
    expect(ready["workers"]).toMatchObject({ owner: ready["sweeper"] });
  });
});

describe("app: a job of two processes", () => {
  it("TR1: is one trace", async () => {
    const collector = await startOtlpCollector();
    const folder = await mkdtemp(path.join(tmpdir(), "deputy-seeing-"));
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const first = await startProduct({ folder, env });
    first.model.reply(uses(["ask_person", { question: "Go on?", options: ["Yes"] }]));
    const thread = await first.people.ana.asks("@deputy begin");
    await thread.post("attention");
    await first.stop();
    const second = await startProduct({ folder, env });
    second.model.reply(finishes("Went on."));

    const same = threadIn(second.room, thread.first);
    await second.people.ana.clicks(await same.post("attention"), "Yes");
    await same.post("result");
    await second.stop();
    await collector.close();
    await rm(folder, { recursive: true, force: true });

    const own = collector.spans.filter((span) => span.attributes["deputy.run"] !== undefined);
    const instances = new Set(collector.resources.map((resource) => resource["service.instance.id"]));
    expect(new Set(own.map((span) => span.traceId)).size).toBe(1);
    expect(instances.size).toBe(2);
    expect(own.filter((span) => span.name === "invoke_agent deputy")).toHaveLength(2);
    expect(own.filter((span) => span.name === "invoke_workflow deputy")).toHaveLength(1);
  });
});

describe.each([
  ["is down", "down", 0],
  ["dies in the middle", "dies", 0],
  ["answers 500", 500, 1],
  ["never answers", "never", 0],
] as const)("app: a job whose collector %s", (_how, answer, least) => {
  it("TR3: goes the same way, and the log says so once", async () => {
    const collector = await startOtlpCollector();
    if (answer === "down") await collector.close();
    else if (answer !== "dies") collector.answer(answer);
    process.env["OTEL_BSP_SCHEDULE_DELAY"] = "20"; // many exports during one job
    const product = await startProduct({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } }).finally(
      () => {
        delete process.env["OTEL_BSP_SCHEDULE_DELAY"];
      },
    );

    await playJob(product, async () => {
      if (answer === "dies") await collector.close();
    });
    const [run] = await product.app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    await product.stop();
    if (answer === 500 || answer === "never") await collector.close();

    expect(run?.state).toBe("done");
    const said = product.log.filter((line) => line.msg.startsWith("Traces could not be sent"));
    expect(said.length).toBeLessThanOrEqual(1);
    expect(product.log.filter((line) => line.level === "error")).toEqual([]);
    expect(said.length).toBeGreaterThanOrEqual(least); // the others are tried for longer than this job takes
  });
});

describe("app: a job that is not traced", () => {
  it("sends nothing with OTEL_SDK_DISABLED, and has no tracer", async () => {
    const collector = await startOtlpCollector();
    const product = await startProduct({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: "TRUE" },
    });
    await playJob(product);
    await product.stop();
    await collector.close();

    expect(product.app.edges.tracing).toBeUndefined();
    expect(product.app.edges.world.tracer).toBeUndefined();
    expect(collector.requests).toEqual([]);
  });
});

describe("app: the page of a run", () => {
  it("RD2: `why` leads to it; it names trace and tools, and of what was read or written nothing but the title", async () => {
    const product = await startProduct();
    const { app, people, model } = product;
    model.reply(
      uses(["write_file", { path: "list.md", content: canary }], [canary, {}]),
      finishes(`All ${canary}.`, "list.md"),
    );
    const thread = await people.ana.asks("@deputy make the list");
    await thread.post("result");
    const next = thread.posts("notice").length + 1;
    await people.ana.writes(thread, "@deputy why");
    const { body } = await thread.post("notice", next);
    const link = /Details: (\S+)/.exec(body.text)?.[1] ?? "";
    const opened = await fetch(app.chatUrl ?? "", { redirect: "manual" });
    const cookie = opened.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    const page = await (await fetch(link, { headers: { cookie } })).text();
    const [run] = await app.edges.store.read((tx) => tx.runs.list({ limit: 1 }));
    await product.stop();
    if (!run) throw new Error("There is no run");
    expect(page).toContain(traceIdOf(run.id));
    expect(page).toContain("tool write_file");
    expect(page).toContain("make the list");
    expect(page).not.toContain(canary);
  });
});
