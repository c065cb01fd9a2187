// RC1 to RC3: what a run does is on record with what it commits.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { payloadDigest } from "../../src/audit/payloads.ts";
import { asRunId } from "../../src/domain/ids.ts";
import type { PolicyVerdict } from "../../src/domain/policy.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import type { Tx } from "../../src/store/contract.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, Crash, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

interface Event {
  readonly [name: string]: unknown;
  readonly type: string;
  readonly tool?: string;
}

async function events(): Promise<Event[]> {
  const run = await world.run();
  const rows = await world.store.read((tx) => tx.audit.ofRun(run.id));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a line of the log
  return rows.map(({ line }) => JSON.parse(line) as Event);
}

let sent = 0;
const send = defineTool({
  name: "send_mail",
  description: "Sends.",
  input: z.object({ to: z.string().describe("whom"), body: z.string().describe("what") }),
  effect: "write-external",
  repeat: "once",
  origin: "own",
  run: async () => {
    sent += 1;
    return { kind: "result", content: "sent" };
  },
});
const mail = { body: "secret words", to: "bob@corp.example" };
const withMail = { tools: [...builtinTools, send] };

describe("runtime/recording", () => {
  it("I12 AUD-1, RC1: has an event before a write and after it, one for a read, and the end; no words of anybody", async () => {
    await world.begin("Write to Bob");
    const model = new ScriptedModel([calls(["list_files", {}]), calls(["send_mail", mail]), says("Done.")]);

    await world.segment(model, withMail);

    const all = await events();
    expect(all.map(({ type, tool }) => (tool ? `${type} ${tool}` : type))).toEqual([
      "tool.done list_files",
      "tool.started send_mail",
      "tool.done send_mail",
      "run.done",
    ]);
    const [, started, done] = all;
    const run = await world.run();
    expect(started).toMatchObject({
      tenant: "local",
      actor: "agent:deputy",
      requester: ana,
      run: run.id,
      trace: traceIdOf(asRunId(run.id)),
      decision: "allow",
      arguments_digest: payloadDigest(mail),
      data: { identity: "agent" },
    });
    expect(done).toMatchObject({
      step: started?.["step"],
      arguments_digest: payloadDigest(mail),
      result_digest: payloadDigest({ content: "sent", isError: false }),
    });
    expect(JSON.stringify(all)).not.toMatch(/secret words|bob@/);
  });

  it("I12 AUD-2: the start of a write is committed before it, and where it can't be written the tool does not run", async () => {
    const before = sent;
    await world.begin("Write to Bob");
    const died = world.segment(new ScriptedModel([calls(["send_mail", mail])]), {
      ...withMail,
      failAt: "tool.before-act",
    });
    await expect(died).rejects.toThrow(Crash);
    expect(sent).toBe(before);
    expect((await events()).map(({ type }) => type)).toEqual(["tool.started"]);
  });

  it("AUD-2: a write whose start can't be put on record does not happen", async () => {
    const before = sent;
    await world.begin("Write to Bob");
    const { store } = world;
    const noRoom = (): Promise<never> => Promise.reject(new Error("no room for it"));
    const audit = (tx: Tx): Tx["audit"] => ({
      ...tx.audit,
      append: (event) => (event.type === "tool.started" ? noRoom() : tx.audit.append(event)),
    });
    world.store = {
      ...store,
      commitStep: (step) =>
        step.events.some(({ type }) => type === "tool.started") ? noRoom() : store.commitStep(step),
      write: (fn) =>
        store.write((tx) =>
          fn(
            new Proxy(tx, { get: (of, name) => (name === "audit" ? audit(of) : Reflect.get(of, name, of)) }),
          ),
        ),
    };
    await world.segment(new ScriptedModel([calls(["send_mail", mail])]), withMail);
    world.store = store;

    expect(sent).toBe(before);
    expect((await world.run()).state).toBe("failed");
  });

  it("AUD-1: says that it is not known whether a write happened, and what a person decided", async () => {
    await world.begin("Write to Bob");
    const died = world.segment(new ScriptedModel([calls(["send_mail", mail])]), {
      ...withMail,
      failAt: "tool.after-act",
    });
    await expect(died).rejects.toThrow(Crash);
    await world.restart();
    world.clock.jump(60_000);
    await world.segment(new ScriptedModel([]), withMail);

    expect((await events()).map(({ type }) => type)).toEqual(["tool.started", "tool.unknown", "run.waiting"]);
  });

  it("AUD-1: has the rule that forbade a call, and no start of it", async () => {
    const denies: PolicyVerdict = {
      decision: "deny",
      rules: ["no-mail"],
      why: "mail is off",
      version: "v1",
      approvers: [],
      quorum: 1,
      notRequester: false,
    };
    const before = sent;
    await world.begin("Write to Bob");
    const model = new ScriptedModel([calls(["send_mail", mail]), says("I may not.")]);
    await world.segment(model, { ...withMail, stages: { policy: () => denies } });

    const all = await events();
    expect(all.map(({ type }) => type)).toEqual(["policy.decided", "tool.failed", "run.done"]);
    expect(all[0]).toMatchObject({
      tool: "send_mail",
      decision: "deny",
      rules: ["no-mail"],
      arguments_digest: payloadDigest(mail),
      data: { policy: "v1" },
    });
    expect(sent).toBe(before);
  });

  it("RC3: gives a tool that the model made up no name", async () => {
    await world.begin("Do it");
    await world.segment(new ScriptedModel([calls(["ignore_all_rules", {}]), says("Well.")]));

    const all = await events();
    expect(all[0]).toMatchObject({ type: "tool.failed" });
    expect(JSON.stringify(all)).not.toContain("ignore_all_rules");
  });
});
