// A journal of one version of the tools and the loop, and another version that goes on with it (B3, J2, SR1, SR2).

import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { FailpointName } from "../../src/base/failpoints.ts";
import type { Repeatability } from "../../src/domain/step.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import type { Workspace } from "../../src/workspace/contract.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, Crash, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
let sent: string[];
beforeEach(async () => {
  world = await createLoopWorld();
  sent = [];
});
afterEach(() => world.close());

function sender(repeat: Repeatability, input: z.ZodObject = z.strictObject({ to: z.string() })): Tool {
  return defineTool({
    name: "send_it",
    description: "Sends",
    effect: "write-external",
    repeat,
    input,
    run: async (given) => {
      sent.push(JSON.stringify(given));
      return { kind: "result", content: "Sent." };
    },
  });
}

async function dieAt(failAt: FailpointName, tools: readonly Tool[], call = "send_it"): Promise<void> {
  const model = new ScriptedModel([calls([call, { to: "bo" }])]);
  await expect(world.segment(model, { failAt, tools, owner: "host:boot:1:1:dead" })).rejects.toBeInstanceOf(
    Crash,
  );
  await world.restart();
  await world.clock.advance(20_000);
}

async function answer(word: string): Promise<void> {
  const run = await world.run();
  const [wait] = await world.store.read((tx) => tx.waits.forRun(run.id));
  if (!wait) throw new Error("nothing was asked");
  await world.store.write(async (tx) => {
    await tx.waits.resolve(wait.id, { answer: word, by: ana, byName: "Ana", via: "button" }, 1);
    await tx.runs.wake(run.id);
  });
}

const stepOf = async (n: number) => {
  const run = await world.run();
  return world.store.read((tx) => tx.steps.find(run.id, n));
};

describe("runtime: a new release", () => {
  it.each<Repeatability>(["read", "keyed", "askable", "once"])(
    "B3: a %s step whose tool is gone is put to a person, and the run goes on with the answer",
    async (repeat) => {
      await world.begin("Send it");
      await dieAt("tool.after-act", [...builtinTools, sender(repeat)]);

      expect(await world.segment(new ScriptedModel([]))).toBe("parked");
      expect(await stepOf(1)).toMatchObject({ state: "unknown" });
      expect((await world.posts()).at(-1)).toMatchObject({ kind: "attention", about: "doubt" });
      await answer("It ran");
      expect(await world.segment(new ScriptedModel([says("Done.")]))).toBe("settled");

      expect(await world.run()).toMatchObject({ state: "done" });
      expect(sent).toHaveLength(1);
    },
  );

  it("B3: a tool that is gone is not done again, though a person says so", async () => {
    await world.begin("Send it");
    await dieAt("tool.after-act", [...builtinTools, sender("once")]);
    await world.segment(new ScriptedModel([]));
    await answer("Do it again");
    const model = new ScriptedModel([says("Then not.")]);

    expect(await world.segment(model)).toBe("settled");

    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain("There is no tool");
    expect(sent).toHaveLength(1);
  });

  it.each<Repeatability>(["keyed", "askable"])(
    "B3: a %s step whose tool takes other arguments now is put to a person",
    async (repeat) => {
      await world.begin("Send it");
      await dieAt("tool.after-act", [...builtinTools, sender(repeat)]);
      const changed = sender(repeat, z.strictObject({ recipients: z.array(z.string()) }));

      expect(await world.segment(new ScriptedModel([]), { tools: [...builtinTools, changed] })).toBe(
        "parked",
      );

      expect(await stepOf(1)).toMatchObject({ state: "unknown" });
      expect(sent).toHaveLength(1);
    },
  );

  it("B3: a call of a tool that never was asks nobody: it did nothing", async () => {
    await world.begin("Send it");
    await dieAt("tool.after-act", builtinTools, "invented");

    expect(await world.segment(new ScriptedModel([says("Another way.")]))).toBe("settled");

    expect(await stepOf(1)).toMatchObject({ state: "failed" });
    expect(await world.run()).toMatchObject({ state: "done" });
  });

  it.each([
    ["kind", "dream"],
    ["state", "dozing"],
  ])(
    "J2 SR1: a run with a step of an unknown %s waits for the version that knows it",
    async (column, word) => {
      await world.begin("Dream of it");
      await dieAt("tool.after-act", [...builtinTools, sender("keyed")]);
      const known = change(column, word);
      await world.restart();

      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      const first = await world.run();
      const saidAtOnce = await world.posts();
      await world.clock.advance(601_000);
      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      await world.clock.advance(5_000);
      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      const said = await world.posts();
      change(column, known);
      await world.clock.advance(5_000);
      await world.restart();
      const tools = [...builtinTools, sender("keyed")];
      expect(await world.segment(new ScriptedModel([says("Awake.")]), { tools })).toBe("settled");

      expect(first).toMatchObject({ state: "queued", wakeAt: expect.any(Number) });
      expect(saidAtOnce).toEqual([]);
      expect(said).toEqual([expect.objectContaining({ kind: "notice" })]);
      expect(await world.run()).toMatchObject({ state: "done", outcome: { summary: "Awake." } });
    },
  );

  it.each([
    ["ask", '{"kind":"riddle","riddle":"What walks on four legs?"}'],
    ["answer", '{"answer":"A man","via":"telepathy"}'],
  ])(
    "SR1: a run whose own wait has an %s of an unknown kind waits for the version that knows it",
    async (column, newer) => {
      await world.begin("Send it");
      await dieAt("tool.after-act", [...builtinTools, sender("once")]);
      await world.segment(new ScriptedModel([]), { tools: [...builtinTools, sender("once")] });
      await answer("It ran");
      const known = changeWait(column, newer);

      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      const saidAtOnce = await notices();
      await world.clock.advance(601_000);
      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      await world.clock.advance(5_000);
      expect(await world.segment(new ScriptedModel([]))).toBe("backing-off");
      expect(saidAtOnce).toHaveLength(0);
      expect(await notices()).toHaveLength(1);

      changeWait(column, known);
      await world.clock.advance(5_000);
      expect(await world.segment(new ScriptedModel([says("Done.")]))).toBe("settled");
      expect(await world.run()).toMatchObject({ state: "done", outcome: { summary: "Done." } });
    },
  );

  it.each(["{", '{"kind":7}', "{}"])(
    "J1: a wait that is broken (%s) fails its run with words",
    async (broken) => {
      await world.begin("Send it");
      await dieAt("tool.after-act", [...builtinTools, sender("once")]);
      await world.segment(new ScriptedModel([]), { tools: [...builtinTools, sender("once")] });
      await answer("It ran");
      changeWait("ask", broken);

      expect(await world.segment(new ScriptedModel([]))).toBe("settled");

      expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "run.corrupt" } });
    },
  );

  it("SR2: whoever goes on works in a folder that no dead owner writes in", async () => {
    await world.begin("Dream of it");
    await dieAt("tool.after-act", [...builtinTools, sender("keyed")]);
    const zombie = await openFolder();
    change("kind", "dream");
    await world.restart();

    await world.segment(new ScriptedModel([]));
    await zombie.write("late.md", "Too late.").catch(() => undefined); // in the folder that was put aside, or nowhere
    const files = await (await openFolder()).list("", 2);

    expect(files.map(({ path }) => path)).not.toContain("late.md");
  });
});

function openFolder(): Promise<Workspace> {
  return world.workspaces.open({ tenant: "local", workspace: "con-1" });
}

async function notices(): Promise<unknown[]> {
  return (await world.posts()).filter(({ kind }) => kind === "notice");
}

/** Writes a word into the second step that its own code never would; returns what stood there. */
function change(column: string, word: string): string {
  return exchange(column, "steps where n = 1", word);
}

/** The same in what the run waits for. */
function changeWait(column: string, word: string): string {
  return exchange(column, "waits where step = 1", word);
}

function exchange(column: string, where: string, word: string): string {
  const [table, condition] = where.split(" where ");
  const raw = new Database(`${world.folder}/deputy.db`);
  const before = raw.prepare(`select ${column} as word from ${where}`).get();
  raw.prepare(`update ${table} set ${column} = ? where ${condition}`).run(word);
  raw.close();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one column that was selected
  return (before as { word: string }).word;
}
