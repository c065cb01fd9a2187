import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyMention, refusedPlaces, unreadableNote } from "../../src/runtime/voice/replies.ts";
import {
  ada,
  ana,
  bo,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  guest,
  texts,
  whispers,
} from "./gateway-world.ts";

describe("gateway/route-messages", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  it("starts a run for a mention, rings for it and shows that it was seen", async () => {
    const message = await world.hear("compare the three vendors\nand be quick");
    await world.settle();

    const run = await world.run();
    expect(run).toMatchObject({
      state: "queued",
      mode: "employee",
      agent: "deputy",
      subject: ana.key,
      subjectName: "Ana",
      goal: "compare the three vendors\nand be quick",
      title: "compare the three vendors",
      budget: { steps: 500 },
    });
    expect(world.bells).toEqual([{ run: run?.id, segment: run?.segment, priority: 0 }]);
    expect(world.held().reactions).toEqual([{ messageId: message.messageId, emoji: "eyes" }]);
    expect(world.held().statuses).toEqual(["processing"]);
    expect(world.held().messages).toEqual([]);
  });

  it("ID-4: acts for the person alone in a direct message", async () => {
    await world.hear("remind me", { conversation: dm, mentionsAgent: false });
    await world.settle();

    expect(await world.run(dm)).toMatchObject({ mode: "assistant", subject: ana.key });
  });

  it("I3: rings for a person's second run behind other people's first ones", async () => {
    await world.hear("one");
    await world.hear("two", { conversation: { ...dm, thread: "d2" } });
    await world.settle();
    await world.hear("three", { by: bo, conversation: { ...dm, channel: "dm-bo" } });
    await world.settle();

    expect(world.bells.map((bell) => bell.priority)).toEqual([0, 1, 1]);
  });

  it("cuts the title of a long request to a line of 80 characters", async () => {
    await world.hear(`  ${"word ".repeat(40)}\nsecond line`);
    await world.settle();

    const title = (await world.run())?.title ?? "";
    expect(title.length).toBeLessThanOrEqual(80);
    expect(title).toMatch(/^word word .*…$/);
  });

  it.each([
    ["nothing", ""],
    ["blanks", "  \n\t "],
    ["nothing that could be read", "\0\u200b\ud800"],
  ])("answers a mention with %s by saying how to ask", async (_what, text) => {
    await world.hear(text);
    await world.settle();

    expect(await world.runs()).toEqual([]);
    expect(texts(world.held(), "notice")).toEqual([emptyMention]);
  });

  it("I14: says that characters could not be read, and works on the rest", async () => {
    await world.hear("compare\0 the vendors");
    await world.settle();

    expect((await world.run())?.goal).toBe("compare\uFFFD the vendors");
    expect(whispers(world.held(), ana)).toEqual([unreadableNote]);
  });

  it("keeps as context what is not said to the agent", async () => {
    const message = await world.hear("lunch?", { mentionsAgent: false });
    await world.settle();

    const { id } = await world.conversation();
    expect(await world.store.read((tx) => tx.inbox.findMessage(id, message.messageId))).toMatchObject({
      state: "noted",
    });
    expect(await world.runs()).toEqual([]);
    expect(world.platform.calls).toEqual([]);
  });

  it("refuses a guest privately, once, and says what to do", async () => {
    await world.hear("let me in", { by: guest });
    await world.hear("hello?", { by: guest });
    await world.settle();

    expect(await world.runs()).toEqual([]);
    expect(whispers(world.held(), guest)).toEqual([refusedPlaces.guest]);
    expect(world.held().messages).toEqual([]);
  });

  it("says where it is switched off", async () => {
    world.rules = { ...world.rules, enabled: false };
    await world.hear("compare the vendors");
    await world.settle();

    expect(whispers(world.held(), ana)).toEqual([refusedPlaces["channel-off"]]);
  });

  describe("while a run is active", () => {
    beforeEach(async () => {
      await world.hear("compare the vendors");
      await world.settle();
      world.bells.length = 0;
    });

    it("D1: starts another run in the same conversation when it has ended", async () => {
      const first = await world.run();
      await world.hear("stop");
      await world.settle();
      await world.hear("now the prices", { mentionsAgent: false });
      await world.settle();

      expect(await world.run()).toMatchObject({ goal: "now the prices", state: "queued" });
      expect((await world.run())?.id).not.toBe(first?.id);
    });

    it("gives what is said near it to the run as information", async () => {
      await world.hear("we met vendor C yesterday", { by: bo, mentionsAgent: false });
      await world.settle();

      const run = await world.run();
      expect(run && (await world.mail(run))).toMatchObject([
        { kind: "overheard", fromName: "Bo", text: "we met vendor C yesterday" },
      ]);
      expect(world.held().whispers).toEqual([]);
      expect(world.bells).toEqual([]);
    });

    it("answers a mention without a word by its status", async () => {
      await world.hear("");
      await world.settle();

      expect(texts(world.held(), "notice")).toEqual([
        expect.stringContaining("Queued: “compare the vendors”, asked by Ana"),
      ]);
    });

    it("I10: lets a manager steer in a channel, and nobody but the subject in a direct message", async () => {
      await world.hear("mind the budget", { by: ada });
      await world.hear("remind me", { conversation: dm });
      await world.settle();
      await world.hear("and me", { by: ada, conversation: dm });
      await world.settle();

      const inChannel = await world.run();
      const inDm = await world.run(dm);
      expect(inChannel && (await world.mail(inChannel))).toMatchObject([{ kind: "steer", fromName: "Ada" }]);
      expect(inDm && (await world.mail(inDm))).toMatchObject([{ kind: "overheard", fromName: "Ada" }]);
    });

    it("I10: keeps what somebody else asks as information, and tells them once whom it works for", async () => {
      await world.hear("rather compare the prices", { by: bo });
      await world.hear("did you hear me?", { by: bo });
      await world.settle();

      const run = await world.run();
      expect(run && (await world.mail(run)).map((mail) => mail.kind)).toEqual(["overheard", "overheard"]);
      expect(run?.goal).toBe("compare the vendors");
      const [told, ...more] = whispers(world.held(), bo);
      expect(told).toContain("I'm working for Ana on “compare the vendors”");
      expect(told).toContain("new thread");
      expect(more).toEqual([]);
    });
  });

  it("I3: makes the first who asks in a burst the subject; the other is told", async () => {
    await world.close();
    world = await createGatewayWorld({ burstMs: 1_500 });
    await world.hear("compare the vendors");
    await world.hear("count the rows", { by: bo });
    await world.pass(1_600);

    const run = await world.run();
    expect(run).toMatchObject({ subject: ana.key, goal: "compare the vendors" });
    expect(run && (await world.mail(run))).toMatchObject([{ kind: "overheard", text: "count the rows" }]);
    expect(whispers(world.held(), bo)).toHaveLength(1);
  });
});
