import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import { createGate } from "../fakes/gate.ts";
import { bo, createGatewayWorld, dm, type GatewayWorld, thread } from "./gateway-world.ts";

describe("gateway/intake", () => {
  let world: GatewayWorld;
  const open = async (burstMs = 0): Promise<void> => {
    world = await createGatewayWorld({ burstMs });
  };
  beforeEach(() => open());
  afterEach(() => world.close());

  it("I1: has committed the event when it resolves, before anything is routed", async () => {
    const message = await world.hear("compare the vendors");

    const { id } = await world.conversation();
    const row = await world.store.read((tx) => tx.inbox.findMessage(id, message.messageId));
    expect(row).toMatchObject({ event: message });
  });

  it("I1: makes one run of an event that is delivered 50 times at once", async () => {
    const message = await world.hear("compare the vendors");
    await Promise.all(Array.from({ length: 50 }, () => world.gateway.intake.receive(message)));
    await world.settle();

    expect(await world.runs()).toHaveLength(1);
    expect(world.bells).toHaveLength(1);
    expect(world.held().reactions).toHaveLength(1);
  });

  it("I1, ux d.1: makes one run of a message that arrives as two events, at the same time", async () => {
    const first: InboundMessage = {
      ...(await world.hear("one", { conversation: dm })),
      messageId: "same",
      conversation: thread,
    };
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.gateway.intake.receive({ ...first, eventId: `twin${n}` })),
    );
    await world.settle();

    const { id } = await world.conversation(thread);
    const runs = (await world.runs()).filter((run) => run.conversation === id);
    expect(runs).toHaveLength(1);
  });

  it("I3: starts one run for many people who ask at the same moment in one thread", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.hear(`request ${n}`, n % 2 === 0 ? {} : { by: bo })),
    );
    await world.settle();

    expect(await world.runs()).toHaveLength(1);
  });

  it("T-M4, ING-5: has taken a message and a click when the queue does not answer", async () => {
    const question: QuestionAsk = { kind: "question", question: "Where?", options: ["EU", "US"] };
    await world.hear("compare the vendors");
    await world.settle();
    const run = await world.run();
    const wait = run && (await world.park(run, question));
    const gate = createGate();
    Object.assign(world.queue, { ring: () => gate.opened });

    await world.click("question.answer", `${wait?.id ?? ""}.0`, { conversation: thread });
    await world.hear("another thing", { conversation: dm });
    const answered = wait && (await world.store.read((tx) => tx.waits.find(wait.id)));
    expect(answered?.state).not.toBe("open");
    gate.open();
    await world.settle();
  });

  it("I14: refuses what is no event, and commits nothing", async () => {
    const message = await world.hear("fine");
    await world.settle();

    await expect(world.gateway.intake.receive({ ...message, eventId: "" })).rejects.toMatchObject({
      code: "chat.bad_request",
    });
    await world.settle();
    expect(await world.runs()).toHaveLength(1);
  });

  it("gives each conversation a workspace folder of its own, safe as a name", async () => {
    await world.hear("one");
    await world.hear("two", { conversation: dm });

    const folders = [(await world.conversation(thread)).workspace, (await world.conversation(dm)).workspace];
    expect(new Set(folders).size).toBe(2);
    for (const folder of folders) expect(folder).toMatch(/^[a-z0-9][a-z0-9-]{5,40}$/);
  });

  it("I1: rejects when it could not commit, so that the platform delivers again", async () => {
    await world.gateway.intake.stop();
    world.restart("inbox.before-commit");

    await expect(world.hear("lost?")).rejects.toThrow("inbox.before-commit");
    expect(await world.runs()).toEqual([]);
  });

  describe("with a burst window", () => {
    beforeEach(async () => {
      await world.close();
      await open(1_500);
    });

    it("waits for the window's end before it routes", async () => {
      await world.hear("compare the vendors");
      await world.pass(1_400);
      expect(await world.runs()).toEqual([]);

      await world.pass(200);
      expect(await world.runs()).toHaveLength(1);
    });

    it("ux d.19: takes the messages of a window together, and does not extend it", async () => {
      await world.hear("compare the vendors");
      await world.pass(1_000);
      await world.hear("only the EU ones", { mentionsAgent: false });
      await world.pass(600);

      const [run, ...others] = await world.runs();
      expect(others).toEqual([]);
      expect(run?.goal).toBe("compare the vendors\n\nonly the EU ones");
    });

    it("takes a mention and the words that follow it as one request", async () => {
      await world.hear("");
      await world.hear("compare the vendors", { mentionsAgent: false });
      await world.pass(1_600);

      expect((await world.run())?.goal).toBe("compare the vendors");
      expect(world.held().messages).toEqual([]);
    });

    it("does not make a stop word wait", async () => {
      await world.hear("compare the vendors");
      await world.hear("stop");
      await world.settle();
      await world.pass(2_000);

      expect(await world.runs()).toEqual([]);
      expect(world.held().messages.map(({ message }) => message)).toMatchObject([
        { kind: "notice", text: "All right, I haven't begun." },
      ]);
    });

    it("I3: does not make one conversation wait for another one's window", async () => {
      await world.hear("compare the vendors");
      await world.pass(1_400);
      await world.hear("something else", { conversation: dm });
      await world.pass(200);

      expect(await world.run(thread)).toBeDefined();
      expect(await world.run(dm)).toBeUndefined();
    });

    it("does not route before the window's end when the sweeper asks for it", async () => {
      await world.hear("compare the vendors");
      await world.gateway.intake.routeConversation((await world.conversation()).id);
      expect(await world.runs()).toEqual([]);

      await world.pass(1_600);
      expect(await world.runs()).toHaveLength(1);
    });

    it("I1: leaves what it had not routed to the next process", async () => {
      await world.hear("compare the vendors");
      await world.gateway.intake.stop();
      world.restart();
      await world.pass(1_600);
      expect(await world.runs()).toEqual([]);

      await world.sweep();
      expect(await world.runs()).toHaveLength(1);
    });
  });
});
