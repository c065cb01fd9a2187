import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createScriptedModel } from "../../../src/model/scripted/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../../support/loop-world.ts";

const sales = readFileSync(new URL("../../../examples/sales-2026.csv", import.meta.url), "utf8");

describe("model/scripted in the durable loop", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    await workspace.write("inbox/sales-2026.csv", sales);
    await workspace.close();
  });
  afterEach(() => world.close());

  /** Runs to the end, answering each question. */
  const play = async (contextTokens: number): Promise<number> => {
    await world.begin("Summarise inbox/sales-2026.csv");
    let questions = 0;
    while ((await world.segment(createScriptedModel(), { contextTokens })) === "parked") {
      questions += 1;
      const waits = await world.store.read(async (tx) => tx.waits.forRun((await world.run()).id));
      const open = waits.find((wait) => wait.state === "open");
      if (!open) throw new Error("It waits for nothing");
      const answer = { answer: "Before discounts", by: ana, byName: "Ana", via: "button" } as const;
      const { id } = await world.run();
      await world.store.write(async (tx) => {
        await tx.waits.resolve(open.id, answer, world.clock.now());
        await tx.runs.wake(id);
      });
      await world.restart();
    }
    return questions;
  };

  it.each([
    ["a window that holds the file", 128_000, 0],
    ["a window of 20k tokens, which does not", 20_000, 1],
    ["a window of 12k tokens", 12_000, 3],
  ])("summarises the example in %s", async (_what, contextTokens, compactions) => {
    const questions = await play(contextTokens);

    const run = await world.run();
    expect(run.state).toBe("done");
    expect(questions).toBe(1);
    const result = (await world.posts()).at(-1);
    expect(result).toMatchObject({ kind: "result", outcome: "done", files: [{ name: "report.md" }] });
    expect(JSON.stringify(result)).toContain("Revenue before discounts is 1,013,147.60");
    const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
    expect(steps.filter((step) => step.kind === "compaction").length).toBeGreaterThanOrEqual(compactions);
    expect(steps.filter((step) => step.state !== "done")).toEqual([]);
  });
});
