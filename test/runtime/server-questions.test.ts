// Questions that a server asks in the middle of a call, and what a long act tells meanwhile, as the loop takes them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { directLine } from "../../src/domain/conversation.ts";
import { asConversationId, asTenantId } from "../../src/domain/ids.ts";
import type { Repeatability } from "../../src/domain/step.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { ScriptedModel, calls, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
let sent: string[];
beforeEach(async () => {
  world = await createLoopWorld();
  sent = [];
});
afterEach(() => world.close());

/** Wants to know a region before it does anything. */
const importing = (repeat: Repeatability, apart?: "asked"): Tool =>
  defineTool({
    name: "crm__import",
    description: "Imports",
    effect: "write-external",
    repeat,
    input: z.object({}),
    run: (_input, { answers, key }) => {
      const region = answers?.get("q1");
      if (region === undefined) {
        const of = { key: "q1", tool: "crm__import" };
        const question = "The server crm asks: “Which region?”";
        const options = ["eu", "us"];
        const ask: QuestionAsk = { kind: "question", question, options, of, ...(apart ? { apart } : {}) };
        return Promise.resolve({ kind: "ask", ask });
      }
      sent.push(`${region} ${key.split(":").at(-1)}`);
      return Promise.resolve({ kind: "result", content: `Imported to ${region}.` });
    },
  });
const call = calls(["crm__import", {}]);

async function answer(text: string): Promise<void> {
  const run = await world.run();
  await world.store.write(async (tx) => {
    const open = (await tx.waits.forRun(run.id)).find(({ state }) => state === "open");
    if (!open) throw new Error("nothing is waited for");
    const by = { by: ana, byName: "Ana", via: "button" } as const;
    await tx.waits.resolve(open.id, { answer: text, ...by }, world.clock.now());
    await tx.runs.wake(run.id);
  });
}

describe("runtime: questions of servers", () => {
  it.each(["read", "keyed"] as const)(
    "B5: what may be repeated (%s) is done with the answer, also by another process",
    async (repeat) => {
      const tools = [importing(repeat)];
      await world.begin("Import");
      expect(await world.segment(new ScriptedModel([call]), { tools })).toBe("parked");
      expect(sent).toEqual([]);
      await world.restart();
      await answer("eu");
      expect(await world.segment(new ScriptedModel([says("Done.")]), { tools })).toBe("settled");
      expect(sent).toEqual(["eu 1"]);
    },
  );

  it("B5 I5: what may be done only once is not done again by itself: the model is told to call, and that call has the answer", async () => {
    const tools = [importing("once")];
    await world.begin("Import");
    expect(await world.segment(new ScriptedModel([call]), { tools })).toBe("parked");
    await world.restart();
    await answer("us");
    const model = new ScriptedModel([call, says("Done.")]);
    expect(await world.segment(model, { tools })).toBe("settled");
    expect(JSON.stringify(model.requests[0]?.messages)).toContain(
      "Ana has answered it. Call crm__import again",
    );
    expect(sent).toEqual(["us 3"]);
  });

  it("B5: while nobody has answered, the run waits", async () => {
    const tools = [importing("once")];
    await world.begin("Import");
    await world.segment(new ScriptedModel([call]), { tools });
    const run = await world.run();
    await world.store.write((tx) => tx.runs.wake(run.id));
    expect(await world.segment(new ScriptedModel([]), { tools })).toBe("parked");
    expect(sent).toEqual([]);
  });

  it("MCP-9: what is for the subject alone stands in their direct messages, and the thread gets a line without the words", async () => {
    await world.begin("Import");
    await world.segment(new ScriptedModel([call]), { tools: [importing("once", "asked")] });
    const there = await world.store.write(async (tx) => {
      const fresh = { id: asConversationId("con_ana"), workspace: "ana", now: 0 };
      const line = await tx.conversations.ensure(directLine(ana, asTenantId("local")), fresh);
      return tx.outbox.list(line.id, 100);
    });
    const thread = JSON.stringify(await world.said());
    expect(thread).toContain("asked Ana in a direct message");
    expect(thread).not.toContain("Which region?");
    expect(JSON.stringify(there)).toContain("Which region?");
  });
});

describe("runtime: what a long act tells", () => {
  it("PG1: moves the card's line and the promise at most so often, under the lease", async () => {
    let promised = 0;
    const run = await world.begin("Import");
    const slow = defineTool({
      name: "crm__slow",
      description: "Is slow",
      effect: "read",
      repeat: "read",
      input: z.object({}),
      run: async (_input, { progress }) => {
        progress?.("crm: row 1");
        await world.clock.advance(20_000);
        progress?.("crm: row 2");
        progress?.("crm: row 3");
        await expect.poll(async () => JSON.stringify(await world.posts())).toContain("crm: row 2");
        promised = (await world.run()).checkInAt ?? 0;
        return { kind: "result", content: "ok" };
      },
    });
    await world.segment(new ScriptedModel([calls(["crm__slow", {}]), says("Done.")]), { tools: [slow] });
    const said = JSON.stringify(await world.said());
    expect(said).toContain("crm: row 2");
    expect(said).not.toContain("crm: row 1");
    expect(said).not.toContain("crm: row 3");
    expect(promised).toBeGreaterThan(run.createdAt + 20_000);
  });

  it("PG2 OUT-4: of a person's account nothing is told where others read", async () => {
    await world.begin("Import");
    const slow = defineTool({
      name: "crm__slow",
      description: "Is slow",
      effect: "read",
      repeat: "read",
      input: z.object({}),
      run: async (_input, { progress }) => {
        await world.clock.advance(20_000);
        progress?.("crm: Acme owes 7 million");
        await expect.poll(async () => (await world.posts()).length).toBeGreaterThan(0);
        return { kind: "result", content: "ok" };
      },
    });
    const grant = () => Promise.resolve({ kind: "ready", identity: ana } as const);
    await world.segment(new ScriptedModel([calls(["crm__slow", {}]), says("Done.")]), {
      tools: [slow],
      stages: { grant },
    });
    expect(JSON.stringify(await world.said())).not.toContain("7 million");
  });
});
