// What a run saw of somebody's private matters is not posted where others read (OUT-4, ID-4).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createIds } from "../../src/base/ids.ts";
import { directLine } from "../../src/domain/conversation.ts";
import { asConversationId, asPersonKey, asTenantId, type PersonKey } from "../../src/domain/ids.ts";
import { sameKey } from "../../src/domain/person-link.ts";
import { createApprovalStage } from "../../src/runtime/stages/approval.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";
import { allowed, asked, testSeal } from "../support/open-stages.ts";

const secret = "Ana earns 4,711 a month";
const look = defineTool({
  name: "hr__look",
  description: "Looks something up in a person's account",
  effect: "read",
  repeat: "read",
  input: z.object({}),
  run: () => Promise.resolve({ kind: "result", content: secret }),
});

const pay = defineTool({
  name: "hr__pay",
  description: "Pays",
  effect: "write-external",
  repeat: "once",
  input: z.looseObject({}),
  run: () => Promise.resolve({ kind: "result", content: "paid" }),
});
const [bo, cy] = [asPersonKey("local:local:bo"), asPersonKey("local:local:cy")];

describe("runtime: audience", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const play = async (identity: string): Promise<string> => {
    const plan = {
      title: secret,
      steps: [secret, "b", "c"].map((text) => ({ text, state: "todo" })),
    };
    const model = new ScriptedModel([
      calls(["hr__look", {}]),
      calls(["set_plan", plan]),
      calls(["write_file", { path: "pay.txt", content: secret }]),
      calls(["share_file", { path: "pay.txt", comment: secret }]),
      calls(["check_in", { text: secret }]),
      says(secret),
    ]);
    await world.segment(model, {
      tools: [...builtinTools, look],
      stages: { grant: () => Promise.resolve({ kind: "ready", identity }) },
    });
    model.expectSpent();
    const { conversation } = await world.run();
    const said = await world.store.read((tx) => tx.outbox.list(conversation, 1_000));
    return JSON.stringify(
      said.filter(({ op }) => op.op === "post" || op.op === "edit" || op.op === "status"),
    );
  };

  it("OUT-4: from a person's account nothing reaches a channel: not the result, a file, a check-in or the card", async () => {
    await world.begin("Look it up");
    const said = await play(ana);

    expect(said).not.toContain("4,711");
    expect(said).not.toContain("pay.txt");
    expect(said).toContain("result.show_privately");
    expect(said).toContain("result.post_here");
    const { id, taint } = await world.run();
    expect(taint.private).toEqual([ana]);
    const held = await world.store.read((tx) => tx.withheld.ofRun(id));
    expect(new Set(held.map(({ said: { message } }) => message.kind))).toEqual(new Set(["notice", "result"]));
    expect(held).toMatchObject([
      { owners: [ana], state: "held" },
      { owners: [ana], state: "held" },
    ]);
    const events = await world.store.read((tx) => tx.audit.ofRun(id));
    expect(events.filter(({ type }) => type === "output.blocked")).toHaveLength(2);
  });

  it("OUT-4: in its owner's direct message, and with the agent's own account, it is posted as it is", async () => {
    const place = {
      platform: "local",
      tenant: asTenantId("local"),
      kind: "dm",
      channel: "d",
      thread: "1",
    } as const;
    await world.begin("Look it up", { place });
    expect(await play(ana)).toContain("4,711");
    await world.begin("Look it up");
    expect(await play("agent")).toContain("4,711");
  });

  it("OUT-4 ID-4: another person's account in a direct message is not for its person either", async () => {
    const place = {
      platform: "local",
      tenant: asTenantId("local"),
      kind: "dm",
      channel: "d",
      thread: "2",
    } as const;
    await world.begin("Look it up", { place });
    expect(await play(asPersonKey("local:local:bo"))).not.toContain("4,711");
  });

  /** What is in the thread, and what is in the direct messages of somebody. */
  const ask = async (act: ReturnType<typeof calls>, identity: string) => {
    const approval = createApprovalStage({
      seal: testSeal,
      ids: createIds(() => world.clock.now()),
      ttlMs: 1_800_000,
      groups: {},
      nameOf: (people) => Promise.resolve(people.map((key) => ({ key, name: key }))),
      same: () => Promise.resolve(sameKey),
      pending: () => Promise.resolve([]),
    });
    await world.begin("Look it up");
    const plan = calls(["set_plan", { title: secret, steps: [{ text: "a", state: "todo" }] }]);
    const model = new ScriptedModel([calls(["hr__look", {}]), plan, act]);
    const end = await world.segment(model, {
      tools: [...builtinTools, look, pay],
      stages: {
        grant: () => Promise.resolve({ kind: "ready", identity }),
        policy: ({ call }) => (call.tool.name === pay.name ? asked({ approvers: [bo, cy] }) : allowed),
        approval,
      },
    });
    expect(end).toBe("parked");
    const { conversation } = await world.run();
    const saidTo = async (person: PersonKey): Promise<string> => {
      const fresh = { id: asConversationId(`con_${person}`), workspace: person, now: 0 };
      const place = directLine(person, asTenantId("local"));
      const line = await world.store.write((tx) => tx.conversations.ensure(place, fresh));
      return JSON.stringify(await world.store.read((tx) => tx.outbox.list(line.id, 100)));
    };
    const thread = JSON.stringify(await world.store.read((tx) => tx.outbox.list(conversation, 100)));
    return { thread, toAna: await saidTo(ana), toBo: await saidTo(bo), toCy: await saidTo(cy) };
  };

  const question = calls(["ask_person", { question: secret, options: [`Yes: ${secret}`], default: secret }]);
  it("OUT-4 AU3: a question is asked in the direct messages of whose matter it is, not in the thread", async () => {
    const { thread, toAna, toBo } = await ask(question, ana);
    expect(thread).not.toContain("4,711");
    expect(thread).toContain("asked Ana in a direct message");
    expect(toAna).toContain("4,711");
    expect(toAna).toContain("question.answer");
    expect(toBo).toBe("[]");
  });

  it("OUT-4 AU3: a question about another person's matter is shown to neither, and can be answered", async () => {
    const { thread, toAna, toBo } = await ask(question, bo);
    expect(thread + toAna + toBo).not.toContain("4,711");
    expect(thread).toContain("question.answer");
  });

  const payment = calls(["hr__pay", { to: "Ana", why: secret }]);
  it("OUT-4 AU3: an act is shown to its owner alone, in private, where the owner may decide it", async () => {
    const { thread, toBo, toCy } = await ask(payment, bo);
    expect(thread).not.toContain("4,711");
    expect(thread).toContain("asked privately");
    expect(thread).not.toContain("approval.approve");
    expect(toBo).toContain("4,711");
    expect(toBo).toContain("approval.approve");
    expect(toCy).toBe("[]");
  });

  it("OUT-4 AU3: an act is shown in private to each who decides it where its owner does not", async () => {
    const { thread, toBo, toCy } = await ask(payment, ana);
    expect(thread).not.toContain("4,711");
    expect(toBo).toContain("approval.approve");
    expect(toCy).toContain("approval.approve");
  });
});
