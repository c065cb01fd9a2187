// Calls that lack a grant (P3): nothing is touched until it is there, whatever dies, stops or is said meanwhile.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { FailpointName } from "../../src/base/failpoints.ts";
import type { Step } from "../../src/domain/step.ts";
import type { GrantVerdict } from "../../src/runtime/stages/grant.ts";
import { grantAnswers } from "../../src/runtime/voice/grant-card.ts";
import { defineTool, type Tool } from "../../src/tools/contract.ts";
import { calls, type ScriptedModel as Script, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, Crash, createLoopWorld, type LoopWorld, type SegmentOptions } from "../support/loop-world.ts";

let world: LoopWorld;
let ready: boolean;
let sent: string[];
beforeEach(async () => {
  world = await createLoopWorld();
  ready = false;
  sent = [];
});
afterEach(() => world.close());

const need = { kind: "grant", connection: "mail", capability: "send", owner: ana, tool: "send" } as const;
const send: Tool = defineTool({
  name: "send",
  description: "Sends",
  effect: "write-external",
  repeat: "once",
  input: z.object({ to: z.string().describe("To whom") }),
  run: ({ to }) => {
    sent.push(to);
    return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
  },
});
const grant = ({ call }: { call: { tool: Tool } }): Promise<GrantVerdict> =>
  Promise.resolve(
    call.tool.name !== "send" || ready
      ? { kind: "ready", identity: ana, connection: "mail", account: "ana@corp.example" }
      : { kind: "missing", need },
  );

function segment(model: Script, options: SegmentOptions = {}): Promise<string> {
  return world.segment(model, { tools: [send], stages: { grant }, ...options });
}

async function steps(): Promise<Step[]> {
  const run = await world.run();
  return world.store.read((tx) => tx.steps.list(run.id, 0));
}

async function answer(text: string): Promise<void> {
  const run = await world.run();
  await world.store.write(async (tx) => {
    const open = (await tx.waits.forRun(run.id)).find(({ state }) => state === "open");
    if (!open) throw new Error("nothing is waited for");
    await tx.waits.resolve(
      open.id,
      { answer: text, by: ana, byName: "Ana", via: "button" },
      world.clock.now(),
    );
    await tx.runs.wake(run.id);
  });
}

const twoMails = calls(["send", { to: "bo" }], ["send", { to: "cy" }]);

describe("runtime: a call that lacks a grant", () => {
  it("P3: parks with its intent journalled, asks its owner once for several, and does them one by one when it is there", async () => {
    await world.begin("Mail");
    expect(await segment(new ScriptedModel([twoMails]))).toBe("parked");

    expect((await steps()).map(({ state, gated }) => [state, gated ?? false])).toEqual([
      ["done", false],
      ["started", true],
      ["started", true],
    ]);
    expect(sent).toEqual([]);
    expect((await world.posts()).filter(({ kind }) => kind === "attention")).toHaveLength(1);
    ready = true;
    await answer(grantAnswers.connected);
    expect(await segment(new ScriptedModel([says("Sent both.")]))).toBe("settled");

    expect(sent).toEqual(["bo", "cy"]);
    expect((await steps()).map(({ state, gated, identity }) => [state, gated ?? false, identity])).toEqual([
      ["done", false, undefined],
      ["done", false, ana],
      ["done", false, ana],
      ["done", false, undefined],
    ]);
  });

  it("P3 I11: is judged again: what is missing still is asked for again", async () => {
    await world.begin("Mail");
    await segment(new ScriptedModel([twoMails]));
    await answer(grantAnswers.connected);

    expect(await segment(new ScriptedModel([]))).toBe("parked");
    expect(sent).toEqual([]);
    const run = await world.run();
    const waits = await world.store.read((tx) => tx.waits.forRun(run.id));
    expect(waits.map(({ state }) => state).toSorted()).toEqual(["open", "resolved"]);
  });

  it("tells the model what its owner declined, of each call", async () => {
    await world.begin("Mail");
    await segment(new ScriptedModel([twoMails]));
    await answer(grantAnswers.declined);
    const model = new ScriptedModel([says("Then not.")]);

    expect(await segment(model)).toBe("settled");
    const told = model.requests[0]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(told).toHaveLength(2);
    expect(JSON.stringify(told)).toContain("Ana declined");
    expect(sent).toEqual([]);
  });

  it.each([
    ["expired", /has not answered in time; nobody declined/],
    ["failed", /the service gave no access/],
    ["blocked", /stopped for safety.*Ana did not decline/],
    ["quarantined", /stopped until an operator has looked at it.*Ana did not decline/],
  ] as const)("tells the model the truth of an asking that %s: nobody declined", async (how, words) => {
    await world.begin("Mail");
    await segment(new ScriptedModel([twoMails]));
    await answer(grantAnswers[how]);
    const model = new ScriptedModel([says("Then not.")]);

    expect(await segment(model)).toBe("settled");
    const told = JSON.stringify(model.requests[0]?.messages.filter(({ role }) => role === "tool"));
    expect(told).toMatch(words);
    expect(told).not.toContain("declined to connect");
    expect(sent).toEqual([]);
  });

  it("Z1: is not asked for while its subject's words lie unread", async () => {
    await world.begin("Mail");
    const model = new ScriptedModel([
      async () => {
        const run = await world.run();
        await world.store.write((tx) =>
          tx.mailbox.add({
            run: run.id,
            from: ana,
            fromName: "Ana",
            kind: "steer",
            text: "No mails, please",
            files: [],
            messageId: "m9",
            sentAt: 0,
          }),
        );
        return twoMails;
      },
      says("None sent."),
    ]);

    expect(await segment(model)).toBe("settled");
    const asked = (await world.posts()).filter(({ kind }) => kind === "attention");
    expect(asked).toEqual([]);
    expect(JSON.stringify(model.requests[1])).toContain("Ana adds: No mails, please");
    expect(model.requests[1]?.messages.filter(({ role }) => role === "tool")).toHaveLength(2);
  });

  const deaths: readonly (readonly [FailpointName, number, string])[] = [
    ["step.before-commit", 0, "nothing of it is lost"],
    ["park.in-commit", 0, "it is asked for once"],
    ["park.after-commit", 0, "it is asked for once"],
  ];
  it.each(deaths)("I4 I5: dies at %s: done %i times until then, and %s", async (failAt) => {
    await world.begin("Mail");
    const model = new ScriptedModel([twoMails, twoMails]);
    await expect(segment(model, { failAt })).rejects.toThrow(Crash);
    await world.restart();
    await world.clock.advance(16_000);
    let end = await segment(model);
    if (end === "unclaimed") end = "parked";

    expect(end).toBe("parked");
    expect(sent).toEqual([]);
    expect((await world.posts()).filter(({ kind }) => kind === "attention")).toHaveLength(1);
    ready = true;
    await answer(grantAnswers.connected);
    await segment(new ScriptedModel([says("Sent.")]));
    expect(sent).toEqual(["bo", "cy"]);
  });

  it("I5: dies between the begin of a once act and its result: a person decides, the other one still waits its turn", async () => {
    await world.begin("Mail");
    await segment(new ScriptedModel([twoMails]));
    ready = true;
    await answer(grantAnswers.connected);
    await expect(segment(new ScriptedModel([]), { failAt: "tool.after-act" })).rejects.toThrow(Crash);
    await world.restart();
    await world.clock.advance(16_000);

    expect(await segment(new ScriptedModel([]), { owner: "host:boot:2:2:n" })).toBe("parked");
    expect(sent).toEqual(["bo"]);
    expect((await steps()).map(({ state, gated }) => [state, gated ?? false])).toEqual([
      ["done", false],
      ["unknown", false],
      ["started", true],
    ]);
  });

  it("I5: dies when the gate is open and nothing is begun: it is done once", async () => {
    await world.begin("Mail");
    await segment(new ScriptedModel([twoMails]));
    ready = true;
    await answer(grantAnswers.connected);
    await expect(segment(new ScriptedModel([]), { failAt: "step.before-commit" })).rejects.toThrow(Crash);
    await world.restart();
    await world.clock.advance(16_000);

    expect(await segment(new ScriptedModel([says("Sent.")]), { owner: "host:boot:2:2:n" })).toBe("settled");
    expect(sent).toEqual(["bo", "cy"]);
  });
});

describe("runtime: an act that its service does not do for want of rights", () => {
  /** Refused by the service until the account has more rights, which then are missing. */
  let refuses: boolean;
  let wanted: boolean;
  let tried: string[];
  beforeEach(() => {
    [refuses, wanted, tried] = [true, false, []];
  });
  const post = (repeat: "once" | "read"): Tool =>
    defineTool({
      name: "send",
      description: "Sends",
      effect: repeat === "read" ? "read" : "write-external",
      repeat,
      input: z.object({ to: z.string().describe("To whom") }),
      run: ({ to }, { key }) => {
        tried.push(key.split(":").at(-1) ?? "");
        if (refuses && to === "bo") {
          wanted = true;
          return Promise.resolve({ kind: "lacks_rights" });
        }
        sent.push(to);
        return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
      },
    });
  const rights = (): Promise<GrantVerdict> =>
    Promise.resolve(
      wanted
        ? { kind: "missing", need: { ...need, why: "too_few_scopes" } }
        : { kind: "ready", identity: ana, connection: "mail", account: "ana@corp.example" },
    );
  const play = (model: Script, options: SegmentOptions = {}): Promise<string> =>
    world.segment(model, { tools: [post("once")], stages: { grant: rights }, ...options });
  const given = async (): Promise<void> => {
    [refuses, wanted] = [false, false];
    await answer(grantAnswers.connected);
  };
  const mail = calls(["send", { to: "bo" }]);

  it("P4: parks at that very call, and makes it under the same key when the rights are there, in another process, too", async () => {
    await world.begin("Mail");
    expect(await play(new ScriptedModel([mail]))).toBe("parked");
    expect((await steps()).map(({ state, gated }) => [state, gated ?? false])).toEqual([
      ["done", false],
      ["started", true],
    ]);
    expect((await world.posts()).filter(({ kind }) => kind === "attention")).toHaveLength(1);
    await world.restart();
    await given();
    const model = new ScriptedModel([says("Sent.")]);

    expect(await play(model)).toBe("settled");
    expect(sent).toEqual(["bo"]);
    expect(tried).toEqual(["1", "1"]);
    expect(JSON.stringify(model.requests[0]?.messages)).toContain("Sent to bo.");
  });

  it("P4 I5: dies before that is committed: nobody knows what the act did, and a person decides", async () => {
    await world.begin("Mail");
    await expect(play(new ScriptedModel([mail]), { failAt: "park.in-commit" })).rejects.toThrow(Crash);
    await world.restart();
    await world.clock.advance(16_000);
    expect(await play(new ScriptedModel([]), { owner: "host:boot:2:2:n" })).toBe("parked");
    expect((await steps()).map(({ state }) => state)).toEqual(["done", "unknown"]);
    expect(tried).toEqual(["1"]);
  });

  it("P4: what only reads and was asked beside it keeps its result, and is not done again", async () => {
    await world.begin("Mail");
    const tools = [post("read")];
    await play(new ScriptedModel([twoMails]), { tools });
    expect((await steps()).map(({ state, gated }) => [state, gated ?? false])).toEqual([
      ["done", false],
      ["started", true],
      ["done", false],
    ]);
    await given();
    expect(await play(new ScriptedModel([says("Done.")]), { tools })).toBe("settled");
    expect(sent).toEqual(["cy", "bo"]);
  });

  it("P4: what its owner does not give is told, and the act is over", async () => {
    await world.begin("Mail");
    await play(new ScriptedModel([mail]));
    await answer(grantAnswers.blocked);
    const model = new ScriptedModel([says("Then not.")]);
    expect(await play(model)).toBe("settled");
    expect(JSON.stringify(model.requests[0]?.messages)).toContain("Ana did not decline");
    expect(tried).toEqual(["1"]);
    expect((await steps())[1]?.state).toBe("failed");
  });
});
