import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ModelRequest } from "../../src/model/contract.ts";
import { ModelError } from "../../src/model/errors.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

/** Everything the model service would count, at the same three characters a token as the loop is given. */
const size = ({ instructions, messages, tools }: ModelRequest): number => {
  const texts = messages.map((message) =>
    message.role === "tool"
      ? message.content
      : message.text +
        (message.role === "assistant" ? message.calls.map((call) => call.arguments).join("") : ""),
  );
  return Math.ceil((instructions + JSON.stringify(tools) + texts.join("")).length / 3);
};

describe("runtime: long context", () => {
  it("fits a run of 1,000 steps in a 32k window, keeping plan and answers", async () => {
    await world.begin("Go through everything", { budget: { steps: 2_000 } });
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    await workspace.write(
      "a.txt",
      Array.from({ length: 60 }, (_, n) => `word ${n % 7} of line ${n}\n`).join(""),
    );
    await workspace.close();
    let turn = 0;
    const plan = {
      title: "Everything",
      steps: ["Read", "Think", "Tell"].map((text) => ({ text, state: "todo" })),
    };
    const step = () => {
      turn += 1;
      if (turn === 1) return calls(["set_plan", plan]);
      if (turn > 499) return says("All read.");
      return calls(["search_files", { pattern: `word ${turn % 7}`, path: "." }]);
    };
    const largest: number[] = [];
    const model = new ScriptedModel(
      Array.from({ length: 520 }, () => (request: ModelRequest) => {
        largest.push(size(request));
        return step();
      }),
      () => says("Nothing found so far."),
    );

    expect(await world.segment(model, { control: { deadline: world.clock.now() + 1e9 } })).toBe("settled");

    expect(Math.max(...largest)).toBeLessThan(32_000);
    const run = await world.run();
    const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
    expect(steps.length).toBeGreaterThan(990);
    expect(steps.some((one) => one.kind === "compaction")).toBe(true);
    const after = model.requests
      .at(-1)
      ?.messages.map((message) => JSON.stringify(message))
      .join("");
    expect(after).toContain("Plan: Everything");
    expect(after).toContain("Go through everything");
  }, 60_000);

  it("condenses when the model service says that the context is too long, and goes on", async () => {
    await world.begin("Work");
    const overflow = new ModelError("model.context_overflow", "too long");
    const model = new ScriptedModel(
      [calls(["list_files", {}]), calls(["list_files", { depth: 1 }]), overflow, says("Done.")],
      () => says("Notes."),
    );

    expect(await world.segment(model)).toBe("settled");

    expect((await world.run()).state).toBe("done");
    expect(model.requests.map((request) => request.purpose)).toEqual([
      "work",
      "work",
      "work",
      "distil",
      "work",
    ]);
  });

  it("goes on with mechanical notes when the distillation fails", async () => {
    await world.begin("Work");
    const overflow = new ModelError("model.context_overflow", "too long");
    const model = new ScriptedModel(
      [calls(["list_files", {}]), calls(["list_files", { depth: 1 }]), overflow, says("Done.")],
      () => new ModelError("model.unavailable", "down", { retry: { kind: "backoff" } }),
    );

    expect(await world.segment(model)).toBe("settled");
    expect((await world.run()).state).toBe("done");
  });

  it("fails with words when nothing is left to condense", async () => {
    await world.begin("Work");
    const model = new ScriptedModel([new ModelError("model.context_overflow", "too long")]);

    await world.segment(model);

    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "model.context_overflow" } });
  });
});
