// Every window in which a process can die while it works on a run: the segment is thrown away at a failpoint, all is
// opened anew from disk, and the outcome and the outside effects must be those of an undisturbed run.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { FailpointName } from "../../src/base/failpoints.ts";
import type { Repeatability } from "../../src/domain/step.ts";
import { LeaseLost } from "../../src/store/errors.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, Crash, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
let outside: string[];
beforeEach(async () => {
  world = await createLoopWorld();
  outside = [];
});
afterEach(() => world.close());

/** A tool whose effects are outside: it counts what reached it. */
function sender(repeat: Repeatability, happened?: () => boolean | undefined): Tool {
  return defineTool({
    name: "send_it",
    description: "Sends",
    effect: "write-external",
    repeat,
    input: z.object({ to: z.string().describe("Whom") }),
    run: ({ to }) => {
      outside.push(to);
      return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
    },
    ...(happened ? { happened: () => Promise.resolve(happened()) } : {}),
  });
}

/** Runs a segment that dies at `failAt`, then reopens everything and lets the lease run out. */
async function dieAt(failAt: FailpointName, model: ScriptedModel, tool: Tool): Promise<void> {
  await expect(
    world.segment(model, { failAt, tools: [...builtinTools, tool], owner: "host:boot:1:1:dead" }),
  ).rejects.toBeInstanceOf(Crash);
  await world.restart();
  await world.clock.advance(20_000);
}

const send = calls(["send_it", { to: "bo@x.example" }]);

describe("runtime: crash windows", () => {
  it.each<FailpointName>(["tool.before-act", "tool.after-act"])(
    "I5: a once step that dies at %s is not repeated; a person is asked",
    async (failAt) => {
      await world.begin("Send it");
      const tool = sender("once");
      await dieAt(failAt, new ScriptedModel([send]), tool);

      expect(await world.segment(new ScriptedModel([]), { tools: [tool] })).toBe("parked");

      expect(outside).toHaveLength(failAt === "tool.after-act" ? 1 : 0);
      const run = await world.run();
      expect(await world.store.read((tx) => tx.steps.find(run.id, 1))).toMatchObject({ state: "unknown" });
      expect((await world.posts()).at(-1)).toMatchObject({ kind: "attention", about: "doubt" });
    },
  );

  it.each([
    ["It ran", ["bo@x.example"], "it was done"],
    ["It did not run", ["bo@x.example"], "it was not done"],
    ["Do it again", ["bo@x.example", "bo@x.example"], "Sent to"],
  ] as const)("I5: goes on from a person's word: %s", async (word, effects, told) => {
    await world.begin("Send it");
    const tool = sender("once");
    await dieAt("tool.after-act", new ScriptedModel([send]), tool);
    await world.segment(new ScriptedModel([]), { tools: [tool] });
    const run = await world.run();
    const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
    if (!wait) throw new Error("no wait");
    await world.store.write(async (tx) => {
      await tx.waits.resolve(wait.id, { answer: word, by: ana, byName: "Ana", via: "button" }, 1);
      await tx.runs.wake(run.id);
    });

    const model = new ScriptedModel([says("Noted.")]);
    expect(await world.segment(model, { tools: [tool] })).toBe("settled");

    expect(outside).toEqual(effects);
    const last = model.requests[0]?.messages.at(-1);
    expect(last?.role === "tool" && last.content).toContain(told);
  });

  it("I5: a keyed step is done again after a crash, an askable one is asked about first", async () => {
    await world.begin("Send it");
    const asked = sender("askable", () => true);
    await dieAt("tool.after-act", new ScriptedModel([send]), asked);

    expect(await world.segment(new ScriptedModel([says("Sent.")]), { tools: [asked] })).toBe("settled");

    expect(outside).toEqual(["bo@x.example"]);
  });

  it("I5: an askable step that cannot be told becomes a person's decision", async () => {
    await world.begin("Send it");
    const asked = sender("askable", () => undefined);
    await dieAt("tool.after-act", new ScriptedModel([send]), asked);

    expect(await world.segment(new ScriptedModel([]), { tools: [asked] })).toBe("parked");
    expect(outside).toEqual(["bo@x.example"]);
  });

  it("I4: the intent is journalled before anything outside is touched", async () => {
    await world.begin("Send it");
    const seen: unknown[] = [];
    const tool: Tool = defineTool({
      name: "send_it",
      description: "Sends",
      effect: "write-external",
      repeat: "once",
      input: z.object({ to: z.string().describe("Whom") }),
      run: async () => {
        const run = await world.run();
        seen.push(await world.store.read((tx) => tx.steps.find(run.id, 1)));
        return { kind: "result", content: "Sent." };
      },
    });

    await world.segment(new ScriptedModel([send, says("Sent.")]), { tools: [tool] });

    expect(seen).toMatchObject([{ state: "started", tool: "send_it", arguments: '{"to":"bo@x.example"}' }]);
  });

  it("I4: a journalled result is never computed again", async () => {
    await world.begin("Send it");
    const tool = sender("keyed");
    const first = new ScriptedModel([send, new Crash("the process died in the second model call")]);
    await world.segment(first, { tools: [tool] });
    const again = await world.run();

    expect(outside).toHaveLength(1);
    expect(again.state).toBe("failed");
  });

  it.each<FailpointName>(["step.before-commit", "step.after-commit", "tool.before-act", "tool.after-act"])(
    "I4: file work that dies at %s ends as if nothing had happened",
    async (failAt) => {
      await world.begin("Write");
      const script = [
        calls(["write_file", { path: "a.md", content: "one" }]),
        calls(["edit_file", { path: "a.md", edits: [{ old: "one", new: "two" }] }]),
        calls(["finish", { summary: "Written.", files: ["a.md"] }]),
      ];
      let turn = 0;
      const model = new ScriptedModel(Array.from({ length: 40 }, () => () => script[turn++] ?? says("over")));
      await expect(world.segment(model, { failAt })).rejects.toBeInstanceOf(Crash);
      await world.restart();
      await world.clock.advance(20_000);
      turn = (await world.store.read(async (tx) => tx.steps.list((await world.run()).id, 0))).filter(
        (step) => step.kind === "model" && step.state === "done",
      ).length;

      expect(await world.segment(model)).toBe("settled");

      const result = (await world.posts()).at(-1);
      expect(result).toMatchObject({ kind: "result", text: "Written." });
      const [file] = result?.kind === "result" ? result.files : [];
      expect((await world.workspaces.blobs.get(file?.sha256 ?? "")).toString()).toBe("two");
      expect((await world.posts()).filter((message) => message.kind === "result")).toHaveLength(1);
    },
  );

  it("I8: a zombie's result is refused, and its run belongs to the new owner", async () => {
    await world.begin("Work");
    let end: unknown;
    const zombie = new ScriptedModel([
      async () => {
        await world.clock.advance(20_000);
        end = await world.segment(new ScriptedModel([says("The new owner's answer.")]), {
          owner: "host:boot:2:2:n",
        });
        return says("The zombie's answer.");
      },
    ]);

    expect(await world.segment(zombie, { owner: "host:boot:1:1:n" })).toBe("lost");

    expect(end).toBe("settled");
    expect(await world.posts()).toMatchObject([{ kind: "result", text: "The new owner's answer." }]);
  });

  it("I8: a zombie that thaws between its intent and the act does not begin it", async () => {
    await world.begin("Send it");
    let frozen = false;
    const model = new ScriptedModel([
      () => {
        frozen = true;
        return Promise.resolve(send);
      },
    ]);
    const control = { stillMine: () => !frozen };

    expect(await world.segment(model, { tools: [sender("once")], control })).toBe("lost");

    expect(outside).toEqual([]);
    const run = await world.run();
    const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
    expect(steps.map(({ tool, state }) => [tool, state]).at(-1)).toEqual(["send_it", "started"]);
  });

  it("I8: after a takeover the old owner writes into a folder that nobody reads", async () => {
    await world.begin("Write");
    let inside: unknown;
    const zombie = new ScriptedModel([
      calls(["write_file", { path: "mine.md", content: "committed" }]),
      async () => {
        await world.clock.advance(20_000);
        const taker = new ScriptedModel([
          async () => {
            const old = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
            inside = (await old.list("", 1)).map((entry) => entry.path);
            await old.close();
            return says("Taken over.");
          },
        ]);
        await world.segment(taker, { owner: "host:boot:2:2:n" });
        return calls(["write_file", { path: "mine.md", content: "scribble" }]);
      },
    ]);

    expect(await world.segment(zombie, { owner: "host:boot:1:1:n" })).toBe("lost");

    expect(inside).toEqual(["mine.md"]);
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    expect((await workspace.readText("mine.md", 1_000)).text).toBe("committed");
    await workspace.close();
  });

  it("refuses a write under a lost lease with LeaseLost, and writes nothing", async () => {
    await world.begin("Work");
    const run = await world.run();

    const attempt = world.store.write(async (tx) => {
      await tx.runs.patch(run.id, { title: "changed" });
      await tx.runs.advance({ run: run.id, epoch: 99, owner: "nobody" }, 0, 1, run.spent);
    });

    await expect(attempt).rejects.toBeInstanceOf(LeaseLost);
    expect((await world.run()).title).toBe("Work");
  });
});
