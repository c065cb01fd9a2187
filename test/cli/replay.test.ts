// `deputy runs show|trace|replay` on journals that the loop wrote: what they show is what was.

import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { RunId } from "../../src/domain/ids.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import type { ModelMessage } from "../../src/model/contract.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, type ScriptedStep, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

async function deputy(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: "", err: "" };
  const code = await runCli({
    argv,
    env: { DEPUTY_DATA: world.folder },
    cwd: world.folder,
    stdout: { write: (chunk) => void (text.out += chunk) },
    stderr: { write: (chunk) => void (text.err += chunk) },
  });
  return { code, ...text };
}

const Given = z.object({ earlier: z.number(), messages: z.array(z.unknown()) });
const Replayed = z.object({
  steps: z.array(z.looseObject({ n: z.number(), kind: z.string(), given: Given.optional() })),
  check: z.object({ ok: z.boolean(), differences: z.array(z.looseObject({ what: z.string() })) }),
});
type Replayed = z.infer<typeof Replayed>;

async function replayed(...more: string[]): Promise<{ code: number; replay: Replayed }> {
  const { id } = await world.run();
  const { code, out } = await deputy("runs", "replay", id, "--json", ...more);
  return { code, replay: Replayed.parse(JSON.parse(out)) };
}

/** What each model step was given, put together from what came new with each. */
function wholes({ steps }: Replayed): unknown[][] {
  let before: unknown[] = [];
  return steps.flatMap(({ given }) => {
    if (!given) return [];
    before = [...before.slice(0, given.earlier), ...given.messages];
    return [before];
  });
}

const plan = (state: string): object => ({
  title: "Figures",
  steps: ["Read", "Ask", "Write"].map((text) => ({ text, state })),
});

async function steer(text: string): Promise<void> {
  const { id } = await world.run();
  await world.store.write((tx) =>
    tx.mailbox.add({
      run: id,
      kind: "steer",
      from: ana,
      fromName: "Ana",
      text,
      files: [],
      messageId: text,
      sentAt: world.clock.now(),
    }),
  );
}

async function answer(text: string): Promise<void> {
  const { id } = await world.run();
  await world.clock.advance(7_200_000);
  await world.store.write(async (tx) => {
    const [wait] = await tx.waits.forRun(id);
    if (!wait) throw new Error("It waits for nothing");
    const given = { answer: text, by: ana, byName: "Ana", via: "button" } as const;
    await tx.waits.resolve(wait.id, given, world.clock.now());
    await tx.runs.wake(id);
  });
}

/** A tool that the product does not have: the journal outlives it. */
const measureTool = defineTool({
  name: "measure_room",
  description: "Measures",
  effect: "read",
  repeat: "read",
  input: z.object({ room: z.string() }),
  run: ({ room }) => Promise.resolve({ kind: "result", content: `${room}: 12 m²` }),
});
const tools = [...builtinTools, measureTool];
const usage = { inputTokens: 900, cachedTokens: 100, outputTokens: 30, usdMicros: 250 };

/** With steering, a question, a context that is condensed twice, a file, and a restart in between. */
async function playJob(): Promise<ModelMessage[][]> {
  const long = "word ".repeat(1_200);
  const script: ScriptedStep[] = [
    calls(["set_plan", plan("todo")]),
    calls(["measure_room", { room: "hall" }], ["list_files", {}], ["no_such_tool", {}]),
    async () => {
      await steer("only the hall please");
      return calls(["ask_person", { question: "In feet?" }]); // held: the person wrote meanwhile
    },
    calls(["ask_person", { question: "In metres?", options: ["Yes"] }]),
    calls(["write_file", { path: "a.md", content: long }]),
    calls(["read_file", { path: "a.md" }]),
    calls(["write_file", { path: "b.md", content: long }]),
    calls(["read_file", { path: "b.md" }]),
    calls(["set_plan", plan("done")]),
    calls(["edit_file", { path: "a.md", edits: [{ old: long, new: "short" }] }]),
    calls(["finish", { summary: "Measured.", files: ["a.md"] }]),
  ].map((step) => (typeof step === "function" || step instanceof Error ? step : { ...step, usage }));
  const model = new ScriptedModel(script, () => ({ ...says("- Metres it is"), usage }));
  const options = { tools, contextTokens: 9_000 };
  await world.begin("Measure the rooms");
  expect(await world.segment(model, options)).toBe("parked");
  await answer("Yes");
  await world.restart();
  expect(await world.segment(model, options)).toBe("settled");
  model.expectSpent();
  return model.requests.filter(({ purpose }) => purpose === "work").map(({ messages }) => [...messages]);
}

describe("cli: runs replay", () => {
  it("RP1: gives each model step what the model was given, across windows, segments and lost tools", async () => {
    const given = await playJob();

    const { code, replay } = await replayed();

    expect(replay.steps.filter(({ kind }) => kind === "compaction").length).toBeGreaterThanOrEqual(1);
    expect(wholes(replay)).toEqual(given);
    expect(replay.check).toEqual({ ok: true, differences: [] });
    expect(code).toBe(0);
  });

  it("shows arguments, results, answers, changed files and what was said", async () => {
    await playJob();

    const { replay } = await replayed();
    const step = (tool: string, nth = 0): unknown => replay.steps.filter((one) => one["tool"] === tool)[nth];

    expect(step("measure_room")).toMatchObject({
      arguments: { room: "hall" },
      result: { content: "hall: 12 m²", isError: false },
    });
    expect(step("no_such_tool")).toMatchObject({ state: "failed" });
    expect(step("ask_person", 1)).toMatchObject({ waited: { for: "question", by: "Ana", via: "button" } });
    expect(step("write_file")).toMatchObject({ files: { added: ["a.md"], changed: [], removed: [] } });
    expect(step("edit_file")).toMatchObject({ files: { changed: ["a.md"] } });
    expect(step("finish")).toMatchObject({
      said: expect.arrayContaining([expect.objectContaining({ kind: "result", text: "Measured." })]),
    });
  });

  it("--step shows one step with the whole of its context; exits 1 where there is none", async () => {
    const given = await playJob();
    const { id } = await world.run();
    const all = (await replayed()).replay.steps.filter(({ kind }) => kind === "model");

    const { code, replay } = await replayed("--step", String(all[2]?.n));

    expect(code).toBe(0);
    expect(replay.steps).toHaveLength(1);
    expect(replay.steps[0]?.given).toEqual({ earlier: 0, messages: given[2] });
    expect(await deputy("runs", "replay", id, "--step", "999")).toMatchObject({
      code: 1,
      err: expect.stringContaining("has no step 999; it has 0 to"),
    });
    expect((await deputy("runs", "replay", id, "--step", "x")).code).toBe(2);
    expect((await deputy("runs", "replay", "run_none")).code).toBe(1);
  });

  it.each([
    ["spent", `json_set(spent, '$.steps', 99)`, "steps spent"],
    ["plan", `json_set(plan, '$.title', 'Another')`, "plan"],
    ["cursor", "cursor + 1", "cursor"],
  ])("exits 1 when the run's row says another %s than its journal", async (column, value, what) => {
    await playJob();
    const database = new Database(path.join(world.folder, "deputy.db"));
    database.prepare(`update runs set ${column} = ${value}`).run();
    database.close();

    const { code, replay } = await replayed();
    const { id } = await world.run();
    const told = await deputy("runs", "replay", id);

    expect(code).toBe(1);
    expect(replay.check.differences.map((one) => one.what)).toEqual([what]);
    expect(told.out).toContain(`DIFFERS: ${what} is`);
  });

  it("reads a run that is still waiting", async () => {
    await world.begin("Ask");
    await world.segment(new ScriptedModel([calls(["ask_person", { question: "Which?" }])]));

    const { code, replay } = await replayed();

    expect(code).toBe(0);
    expect(replay.steps.at(-1)).toMatchObject({ state: "started", waited: { for: "question" } });
  });

  it("prints text for people", async () => {
    await playJob();
    const { id } = await world.run();

    const { out } = await deputy("runs", "replay", id);

    expect(out).toContain("[user] Ana asks:");
    expect(out).toContain("  calls measure_room");
    expect(out).toContain("  + a.md");
    expect(out).toContain("said (result, due): Measured.");
    expect(out).toContain("The journal adds up to what the run's row says.");
  });
});

describe("cli: runs trace and show", () => {
  it("shows segments, steps, tokens, and who was waited for how long", async () => {
    await playJob();
    const { id } = await world.run();

    const { out } = await deputy("runs", "trace", id, "--json");
    const text = await deputy("runs", "trace", id);

    const { run, segments } = JSON.parse(out);
    expect(run).toMatchObject({ id, trace: traceIdOf(id), state: "done" });
    expect(segments.map((segment: { epoch: number }) => segment.epoch)).toEqual([1, 2]);
    const steps = segments.flatMap((segment: { steps: object[] }) => segment.steps);
    expect(steps[0]).toMatchObject({ kind: "model", input_tokens: 900, output_tokens: 30, usd: 0.00025 });
    expect(steps).toContainEqual(
      expect.objectContaining({
        tool: "ask_person",
        waited: expect.objectContaining({ for: "question", by: "Ana", via: "button", ms: 7_200_000 }),
      }),
    );
    expect(text.out).toContain("waited 2.0 h for a question, answered by Ana (button)");
    expect(text.out).toContain("├─ segment 2");
  });

  it("names the trace in `runs show`", async () => {
    await world.begin("Anything");
    const { id }: { id: RunId } = await world.run();

    const { out } = await deputy("runs", "show", id, "--json");

    expect(JSON.parse(out).run).toMatchObject({ id, trace: traceIdOf(id) });
  });
});
