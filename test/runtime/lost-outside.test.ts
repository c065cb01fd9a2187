// What the outside may take away from a run, on a clock that the test moves: the model for an hour, the true time, and the
// answer to "did it happen?".

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ModelError } from "../../src/model/errors.ts";
import { defineTool, type Tool, ToolFailure } from "../../src/tools/contract.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { Crash, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const hourMs = 3_600_000;
const down = new ModelError("model.unavailable", "down", { retry: { kind: "backoff" } });

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

/** As the sweeper does: moves the clock to when the run is due, and gives it a segment. */
async function nextSegment(model: ScriptedModel, tools?: readonly Tool[]): Promise<string> {
  const { wakeAt } = await world.run();
  const now = world.clock.now();
  if (wakeAt !== undefined && wakeAt > now) await world.clock.advance(wakeAt - now);
  return world.segment(model, tools ? { tools } : {});
}

describe("the model", () => {
  it("I4 I13: out of reach for an hour: few calls are made, no run posts about it by itself (gateway/troubles), and it goes on", async () => {
    await world.begin("Work");
    const begun = world.clock.now();
    const model = new ScriptedModel(
      Array.from({ length: 200 }, () => () => {
        if (world.clock.now() - begun < hourMs) throw down;
        return says("Here again.");
      }),
    );

    let end = await nextSegment(model);
    while (end === "backing-off") end = await nextSegment(model);

    expect(end).toBe("settled");
    expect((await world.posts()).at(-1)).toMatchObject({ kind: "result", text: "Here again." });
    expect(model.requests.length).toBeLessThan(30);
    const told = (await world.posts()).filter((post) => JSON.stringify(post).includes("isn't answering"));
    expect(told).toEqual([]);
    expect(world.clock.now() - begun - hourMs).toBeLessThan(6 * 60_000);
  });
});

describe("the clock", () => {
  it.each([
    ["forward", hourMs],
    ["back", -hourMs],
  ])("I8: jumps an hour %s in a step: the step is committed once, and the run goes on", async (_way, ms) => {
    await world.begin("Work");
    const model = new ScriptedModel([
      () => {
        world.clock.jump(ms);
        return calls(["write_file", { path: "a.md", content: "A" }]);
      },
      calls(["finish", { summary: "Written.", files: ["a.md"] }]),
    ]);

    let end = await world.segment(model);
    if (end !== "settled") end = await world.segment(model);

    expect(end).toBe("settled");
    const run = await world.run();
    const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
    expect(steps.map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
    expect((await world.posts()).filter(({ kind }) => kind === "result")).toHaveLength(1);
  });

  it("I6: jumps an hour forward while a question waits: its default applies once", async () => {
    await world.begin("Work");
    const question = { question: "Which?", options: ["A", "B"], default: "A", due_in_minutes: 30 };
    await world.segment(new ScriptedModel([calls(["ask_person", question])]));

    world.clock.jump(hourMs);
    const due = await world.store.read((tx) => tx.waits.due(world.clock.now(), 10));
    const resolved = await Promise.all(
      [1, 2].map(() =>
        world.store.write(async (tx) => {
          const id = due[0]?.id;
          return id !== undefined && tx.waits.resolve(id, { answer: "A", via: "default" }, world.clock.now());
        }),
      ),
    );

    expect(due).toHaveLength(1);
    expect(resolved.filter(Boolean)).toHaveLength(1);
    expect(await world.store.read((tx) => tx.waits.due(world.clock.now(), 10))).toEqual([]);
  });
});

describe("an act that was cut off and can be asked about", () => {
  let acts: number[];
  let asked: number[];
  beforeEach(() => {
    acts = [];
    asked = [];
  });

  /** What the outside answers to each question, in order; the last one for all that follow. */
  function sender(answers: readonly (boolean | "none")[], settleMs = 10_000): Tool {
    return defineTool({
      name: "send_it",
      description: "Sends",
      effect: "write-external",
      repeat: "askable",
      settleMs,
      input: z.object({ to: z.string().describe("Whom") }),
      run: (_input, { now }) => {
        acts.push(now());
        return Promise.resolve({ kind: "result", content: "Sent." });
      },
      happened: (_input, { now }) => {
        asked.push(now());
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        if (answer === "none") return Promise.reject(new ToolFailure("The outside does not answer."));
        return Promise.resolve(answer);
      },
    });
  }

  async function cutOff(tool: Tool): Promise<void> {
    await world.begin("Send it");
    const model = new ScriptedModel([calls(["send_it", { to: "bo" }])]);
    const cut = { failAt: "tool.before-act", tools: [tool], owner: "host:boot:1:1:dead" } as const;
    await expect(world.segment(model, cut)).rejects.toBeInstanceOf(Crash);
    await world.restart();
    await world.store.write((tx) => tx.runs.expireLeases("host:boot:1:1:dead", world.clock.now()));
  }

  it("I5: is asked about when it has had time to settle, and the run waits for that as a row", async () => {
    const tool = sender([false]);
    await cutOff(tool);
    const cutAt = world.clock.now();

    expect(await world.segment(new ScriptedModel([]), { tools: [tool] })).toBe("backing-off");
    expect(asked).toEqual([]);
    const { leaseOwner, wakeAt } = await world.run();
    expect({ leaseOwner, wakeAt }).toEqual({ leaseOwner: undefined, wakeAt: cutAt + 10_000 });

    expect(await nextSegment(new ScriptedModel([says("Sent.")]), [tool])).toBe("settled");
    expect(asked).toEqual([cutAt + 10_000]);
    expect(acts).toEqual([cutAt + 10_000]);
  });

  it("I5: is not repeated when it turns out to have settled late", async () => {
    const tool = sender([true]);
    await cutOff(tool);

    await world.segment(new ScriptedModel([]), { tools: [tool] });
    expect(await nextSegment(new ScriptedModel([says("Sent.")]), [tool])).toBe("settled");

    expect(acts).toEqual([]);
  });

  it("I5: is asked about again when the outside does not answer, and then a person decides", async () => {
    const tool = sender(["none"], 0);
    await cutOff(tool);

    let end = await nextSegment(new ScriptedModel([]), [tool]);
    while (end === "backing-off") end = await nextSegment(new ScriptedModel([]), [tool]);

    expect(end).toBe("parked");
    expect(asked).toHaveLength(3);
    expect(acts).toEqual([]);
    expect((await world.posts()).at(-1)).toMatchObject({ kind: "attention", about: "doubt" });
  });
});

describe("the quick commit of a step", () => {
  it("I13: refused by the store, loses nothing that the step has to say", async () => {
    const { store } = world;
    world.store = { ...store, commitStep: () => Promise.resolve(false) };
    await world.begin("Work");
    await world.clock.advance(30_000); // long enough for a card without a plan

    await world.segment(
      new ScriptedModel([calls(["write_file", { path: "a.md", content: "A" }]), says("Done.")]),
    );

    expect((await world.posts()).map(({ kind }) => kind)).toEqual(["card", "result"]);
  });
});
