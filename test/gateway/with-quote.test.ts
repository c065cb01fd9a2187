// What a message belongs to, in a chat without threads (ux T-M9).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import type { OutboxOp, Outgoing } from "../../src/domain/outbox.ts";
import { privateMarks } from "../../src/domain/taint.ts";
import { withQuote } from "../../src/gateway/with-quote.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import { aNotice, aResult } from "../chat/outgoing.ts";
import { bo, createGatewayWorld, type GatewayWorld, thread } from "./gateway-world.ts";

const group: ConversationAddress = { ...thread, kind: "group", channel: "g1", thread: "chat" };

describe("gateway/with-quote", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  async function said(message: Outgoing, at: ConversationAddress, named = true): Promise<unknown> {
    await world.hear("compare the three vendors, please", { conversation: at });
    await world.settle();
    const { tenant, id } = await world.conversation(at);
    const run = named ? (await world.run(at))?.id : undefined;
    const op: OutboxOp = { op: "post", message };
    const key = `said ${at.channel}`;
    await world.say({ key, tenant, conversation: id, op, ...(run ? { run } : {}) });
    return world.held(at).messages.find((one) => one.key === key)?.message;
  }

  it("WQ1, T-M9: a result in a group chat quotes the request, whoever asked it", async () => {
    expect(await said(aResult(), group)).toMatchObject({ quote: "Ana: compare the three vendors, please" });
  });

  it("WQ1, T-M9: whatever else comes of the run has its title", async () => {
    expect(await said(aNotice("Half way."), group)).toMatchObject({
      quote: "compare the three vendors, please",
    });
  });

  it("T-M9: not in a thread, and not what belongs to no run", async () => {
    expect(await said(aResult(), thread)).not.toHaveProperty("quote");
    expect(await said(aNotice(), { ...group, channel: "g2" }, false)).not.toHaveProperty("quote");
  });

  it("T-M9: the plainer form and the file that it is handed over in keep it", async () => {
    const refused = { kind: "refuse", code: "chat.bad_request" } as const;
    world.platform.fail("post", refused);
    expect(await said(aResult(), group)).toMatchObject({
      kind: "notice",
      quote: expect.stringContaining("Ana: "),
    });
    world.platform.fail("post", refused, refused);
    const long = aResult({ text: "word ".repeat(500) });
    expect(await said(long, { ...group, channel: "g2" })).toMatchObject({
      text: expect.stringContaining("message.md"),
      quote: expect.stringContaining("Ana: "),
    });
  });

  it("WQ2, OUT-4: of a run that saw private matters nothing of its own words is quoted", async () => {
    await world.hear("look into my mail", { conversation: group });
    await world.settle();
    const run = await world.run(group);
    if (!run) throw new Error("there is no run");
    const patch = { title: "the mail of Bo", taint: privateMarks(bo.key) };
    await world.store.write((tx) => tx.runs.patch(run.id, patch));
    const { tenant, id } = await world.conversation(group);
    await world.say({
      key: "said",
      tenant,
      conversation: id,
      run: run.id,
      op: { op: "post", message: aNotice() },
    });
    const message = world.held(group).messages.find(({ key }) => key === "said")?.message;
    expect(message).toHaveProperty("quote");
    expect(JSON.stringify(message)).not.toContain("mail");
  });

  it.each([aResult(), aNotice()])("WQ2, OUT-5: holds no secret: $kind", async (message) => {
    await world.hear("why is sk-abcdefghijklmnopqrstuvwxyz refused", { conversation: group });
    await world.settle();
    const run = await world.run(group);
    const deps = { store: world.store, world: { redactor: createRedactor() } };
    const quoted = await withQuote(deps, { entry: run ? { run: run.id } : {}, at: group }, message);
    expect(quoted).toMatchObject({ quote: expect.stringContaining("why is [redacted] refused") });
  });

  it("A4: in a group chat without threads who asked once is not followed, and in one with threads is", async () => {
    await world.hear("compare the vendors", { conversation: group });
    await world.settle();
    await world.hear("Bo, lunch?", { conversation: group, mentionsAgent: false });
    await world.settle();
    const run = await world.run(group);
    expect(run && (await world.mail(run)).filter(({ kind }) => kind === "steer")).toEqual([]);

    const inThread = { ...group, thread: "t9" };
    await world.hear("compare the vendors", { conversation: inThread });
    await world.settle();
    await world.hear("only in the EU", { conversation: inThread, mentionsAgent: false });
    await world.settle();
    const other = await world.run(inThread);
    expect(other && (await world.mail(other))).toMatchObject([{ kind: "steer" }]);
  });
});
