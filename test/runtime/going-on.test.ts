// A run that was stopped, failed or expired, and goes on from its journal: nothing that has a result is done again.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "../../src/base/errors.ts";
import type { Repeatability } from "../../src/domain/step.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
let outside: string[];
beforeEach(async () => {
  world = await createLoopWorld();
  outside = [];
});
afterEach(() => world.close());

/** Acts outside, and never answers nor obeys while `hangs`. */
function sender(repeat: Repeatability, hangs: () => boolean): Tool {
  return defineTool({
    name: "send_it",
    description: "Sends",
    effect: "write-external",
    repeat,
    input: z.object({ to: z.string().describe("Whom") }),
    run: ({ to }) => {
      outside.push(to);
      if (hangs()) return new Promise(() => undefined);
      return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
    },
  });
}

const plan = calls([
  "set_plan",
  { title: "Mailing", steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) },
]);
const write = calls(["write_file", { path: "a.md", content: "A" }]);
const send = calls(["send_it", { to: "bo@x.example" }]);

/** Runs until the tool hangs, then Ana says stop. Resolves with what the stop took, by the clock, which nobody moves. */
async function stopWhileSending(tool: Tool, ...before: Parameters<typeof calls>[0][]): Promise<number> {
  const stop = new AbortController();
  const model = new ScriptedModel([plan, ...before.map((call) => calls(call)), write, send]);
  const segment = world.segment(model, { tools: [...builtinTools, tool], control: { stop: stop.signal } });
  await expect.poll(() => outside.length).toBe(1);
  const { id } = await world.run();
  await world.store.write((tx) => tx.runs.requestStop(id, ana));
  const asked = world.clock.now();
  stop.abort();
  await segment;
  return world.clock.now() - asked;
}

describe("runtime: going on", () => {
  it("I13: confirms a stop within 5 s though the tool ignores it, and says what may have happened", async () => {
    await world.begin("Send it");
    const took = await stopWhileSending(sender("once", () => true));

    expect(took).toBeLessThan(5_000);
    const [result] = (await world.posts()).filter(({ kind }) => kind === "result");
    expect(result).toMatchObject({
      outcome: "stopped",
      text: expect.stringMatching(
        /Stopped by Ana[^]*Not started: One; Two; Three\nCut off: `send_it` \(cut off; it may have happened\)/,
      ),
      buttons: [
        { action: "run.resume", label: "Go on" },
        { action: "run.retry", label: "Start over" },
      ],
    });
  });

  it("I4: keeps journal, plan, opening and what was spent, and asks the model nothing twice", async () => {
    const old = await world.begin("Send it");
    let hanging = true;
    const tool = sender("read", () => hanging);
    await stopWhileSending(tool);
    hanging = false;
    const before = await world.run();
    const next = await world.goOn();
    const model = new ScriptedModel([calls(["finish", { summary: "Sent.", files: ["a.md"] }])]);
    await world.segment(model, { tools: [...builtinTools, tool] });

    expect(next).toMatchObject({
      continues: old.id,
      state: "queued",
      cursor: before.cursor,
      spent: before.spent,
      opening: before.opening,
      plan: before.plan,
      goal: old.goal,
    });
    expect(model.requests).toHaveLength(1);
    const seen = JSON.stringify(model.requests[0]?.messages);
    expect(seen).toContain("a.md");
    expect(seen).toContain("Sent to bo@x.example.");
    expect(seen).not.toContain("Stopped by a person");
    expect((await world.run()).state).toBe("done");
    const ended = await world.store.read((tx) => tx.runs.find(old.id));
    expect(ended?.state).toBe("stopped");
  });

  it("I5: does a cut-off read again, and asks about a once act instead of repeating it", async () => {
    await world.begin("Send it");
    let hanging = true;
    const tool = sender("once", () => hanging);
    await stopWhileSending(tool);
    hanging = false;
    const next = await world.goOn();
    const model = new ScriptedModel([says("It was sent before.")]);
    const end = await world.segment(model, { tools: [...builtinTools, tool] });

    expect(end).toBe("parked");
    expect(outside).toHaveLength(1);
    const [wait] = await world.store.read((tx) => tx.waits.forRun(next.id));
    expect(wait).toMatchObject({ state: "open", ask: { kind: "doubt", tool: "send_it" } });
    const answer = { answer: "It ran", by: ana, byName: "Ana", via: "button" } as const;
    await world.store.write(async (tx) => {
      if (wait) await tx.waits.resolve(wait.id, answer, world.clock.now());
      await tx.runs.wake(next.id);
    });
    await world.segment(model, { tools: [...builtinTools, tool] });
    expect(outside).toHaveLength(1);
    expect((await world.run()).state).toBe("done");
  });

  it("ST1: an act that was not begun when the stop came is not in doubt, and is begun when the run goes on", async () => {
    await world.begin("Send it");
    const tool = sender("once", () => false);
    const stopping = new ScriptedModel([
      async () => {
        const { id } = await world.run();
        await world.store.write((tx) => tx.runs.requestStop(id, ana));
        return send;
      },
    ]);
    await world.segment(stopping, { tools: [...builtinTools, tool] });
    expect((await world.run()).state).toBe("stopped");
    expect(outside).toEqual([]);

    await world.goOn();
    await world.segment(new ScriptedModel([says("Sent.")]), { tools: [...builtinTools, tool] });
    expect(outside).toEqual(["bo@x.example"]);
    expect((await world.run()).state).toBe("done");
  });

  it("asks an open question again, and keeps an answer that was not read yet", async () => {
    await world.begin("Ask me");
    const question = calls(["ask_person", { question: "Which year?", options: ["2025", "2026"] }]);
    await world.segment(new ScriptedModel([question]));
    const first = await world.run();
    await world.store.write((tx) => tx.runs.settleIdle(first.id, "stopped", { code: "stopped" }, 0));
    const second = await world.goOn();
    await world.segment(new ScriptedModel([]));
    const [asked] = await world.store.read((tx) => tx.waits.forRun(second.id));
    expect(asked).toMatchObject({ state: "open", ask: { question: "Which year?" } });

    await world.store.write(async (tx) => {
      const answer = { answer: "2026", by: ana, byName: "Ana", via: "text" } as const;
      if (asked) await tx.waits.resolve(asked.id, answer, world.clock.now());
      await tx.runs.settleIdle(second.id, "expired", { code: "expired" }, 0);
    });
    await world.goOn();
    const model = new ScriptedModel([says("2026 it is.")]);
    await world.segment(model);
    expect(JSON.stringify(model.requests[0]?.messages)).toContain("2026");
    expect((await world.posts()).filter(({ kind }) => kind === "attention")).toHaveLength(2);
  });

  it("pauses again where a pause at the budget was stopped", async () => {
    await world.begin("Costly", { budget: { steps: 1 } });
    await world.segment(new ScriptedModel([calls(["list_files", {}])]));
    const paused = await world.run();
    expect(paused.state).toBe("waiting");
    await world.store.write((tx) => tx.runs.settleIdle(paused.id, "stopped", { code: "stopped" }, 0));
    const next = await world.goOn();

    expect(await world.segment(new ScriptedModel([]))).toBe("parked");
    const waits = await world.store.read((tx) => tx.waits.forRun(next.id));
    expect(waits).toMatchObject([{ state: "open", kind: "budget" }]);
  });

  it("goes on after a failure outside, and hears what was said to the old run and not read", async () => {
    const old = await world.begin("Work");
    const refused = new AppError("model.unauthorized", "no");
    await world.segment(new ScriptedModel([write, refused]));
    expect(await world.run()).toMatchObject({ state: "failed", outcome: { code: "model.unauthorized" } });
    await world.store.write((tx) =>
      tx.mailbox.add({
        run: old.id,
        kind: "steer",
        from: ana,
        fromName: "Ana",
        text: "only EU vendors",
        files: [],
        messageId: "m1",
        sentAt: 0,
      }),
    );
    await world.goOn();
    const model = new ScriptedModel([says("Done.")]);
    await world.segment(model);

    const seen = JSON.stringify(model.requests[0]?.messages);
    expect(seen).toContain("write_file");
    expect(seen).toContain("Ana adds: only EU vendors");
    expect((await world.run()).state).toBe("done");
  });

  it("K3: reads what was written instead of deciding, and may ask again", async () => {
    const run = await world.begin("Brief me every weekday");
    const schedule = calls([
      "schedule_task",
      { what: "The brief", when: "0 9 * * 1-5", timezone: "Europe/Prague" },
    ]);
    await world.segment(new ScriptedModel([schedule]));
    await world.store.write(async (tx) => {
      const [wait] = await tx.waits.forRun(run.id);
      if (wait) await tx.waits.supersede(wait.id, world.clock.now());
      await tx.mailbox.add({
        run: run.id,
        kind: "steer",
        from: ana,
        fromName: "Ana",
        text: "at 10 instead",
        files: [],
        messageId: "m1",
        sentAt: 0,
      });
      await tx.runs.wake(run.id);
    });
    const again = calls([
      "schedule_task",
      { what: "The brief", when: "0 10 * * 1-5", timezone: "Europe/Prague" },
    ]);
    const model = new ScriptedModel([again]);
    expect(await world.segment(model)).toBe("parked");

    const seen = JSON.stringify(model.requests[0]?.messages);
    expect(seen).toContain("Not decided: the person wrote something new");
    expect(seen).toContain("Ana adds: at 10 instead");
    const waits = await world.store.read((tx) => tx.waits.forRun(run.id));
    expect(new Set(waits.map(({ state, kind }) => `${kind} ${state}`))).toEqual(
      new Set(["approval open", "approval superseded"]),
    );
    expect(waits).toHaveLength(2);
  });
});
