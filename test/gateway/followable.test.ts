import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing } from "../../src/domain/outbox.ts";
import { aCard, aNotice, anAttention, aResult } from "../chat/outgoing.ts";
import { ana, bot, createGatewayWorld, dm, type GatewayWorld, thread } from "./gateway-world.ts";

const text = "See https://docs.example/plan and https://evil.example/plan.";

describe("gateway/followable", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("the plan is at https://docs.example/plan.", {
      mentionsAgent: false,
      messageId: "asked",
    });
    await world.settle();
  });
  afterEach(() => world.close());

  const post = async (key: string, message: Outgoing, at = thread): Promise<Outgoing | undefined> => {
    const { tenant, id } = await world.conversation(at);
    await world.say({ key, tenant, conversation: id, op: { op: "post", message } });
    return world.held(at).messages.find((one) => one.key === key)?.message;
  };
  const given = { follow: ["https://docs.example/plan"] };

  it.each([
    ["result", aResult({ text })],
    ["question", anAttention({ text })],
    ["notice", aNotice(text)],
  ])("OUT-2: a %s goes out with the addresses that people wrote", async (_kind, message) => {
    expect(await post("one", message)).toMatchObject({ text, ...given });
  });

  it("OUT-2: the plainer form of a refused message has them too", async () => {
    world.platform.fail("post", { kind: "decoration-refused" });

    expect(await post("one", aResult({ text }))).toMatchObject({ kind: "notice", ...given });
  });

  it("FO1: what another bot wrote can't be followed", async () => {
    await world.hear("https://evil.example/plan", { by: bot, mentionsAgent: false });

    expect(await post("one", aNotice(text))).toMatchObject(given);
  });

  it("FO1: what was taken back can't be followed any more", async () => {
    const deleted = { kind: "deleted", eventId: "taken-back", conversation: thread, author: ana } as const;
    await world.gateway.intake.receive({ ...deleted, sentAt: world.clock.now(), messageId: "asked" });
    await world.settle();

    expect(await post("one", aNotice(text))).not.toHaveProperty("follow");
  });

  it("FO1: what was written elsewhere can't be followed here", async () => {
    await world.hear("hello", { mentionsAgent: false, conversation: dm });
    await world.settle();

    expect(await post("one", aNotice(text), dm)).not.toHaveProperty("follow");
  });

  it("FO2: the outbox keeps what was decided, without them", async () => {
    await post("one", aNotice(text));

    const stored = await world.store.read((tx) => tx.outbox.find("one"));
    expect(stored).toMatchObject({ state: "sent", op: { message: { text } } });
    expect(stored).not.toHaveProperty("op.message.follow");
  });

  it("FO2: an edit and a whisper go out with them; a card has none", async () => {
    await post("one", aNotice("first"));
    const { tenant, id: conversation } = await world.conversation(thread);
    const message = aNotice(text);
    await world.say({ key: "two", tenant, conversation, op: { op: "edit", target: "one", message } });
    await world.say({ key: "three", tenant, conversation, op: { op: "whisper", to: ana.key, message } });
    await world.pass(60_000);
    const { messages, whispers } = world.held(thread);
    expect([messages[0]?.message, whispers[0]?.message]).toMatchObject([given, given]);

    expect(await post("card", aCard({ line: text }))).not.toHaveProperty("follow");
  });
});
