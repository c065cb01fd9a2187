import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wholeChat } from "../../src/domain/conversation.ts";
import type { Run } from "../../src/domain/run.ts";
import type { BudgetAsk, DoubtAsk, QuestionAsk, Wait } from "../../src/domain/wait.ts";
import { noted } from "../../src/runtime/voice/replies.ts";
import { ada, ana, bo, createGatewayWorld, type GatewayWorld, thread, whispers } from "./gateway-world.ts";

const question: QuestionAsk = {
  kind: "question",
  question: "Which region?",
  options: ["Europe", "World"],
};
const budget: BudgetAsk = { kind: "budget", limit: "steps", used: 500, cap: 500 };
const doubt: DoubtAsk = { kind: "doubt", tool: "run_command", step: 3 };

describe("gateway/take-in", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("compare the vendors");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
    world.bells.length = 0;
  });
  afterEach(() => world.close());

  const now = async (): Promise<Run | undefined> => world.store.read((tx) => tx.runs.find(run.id));
  const waitNow = async (wait: Wait): Promise<Wait | undefined> =>
    world.store.read((tx) => tx.waits.find(wait.id));
  const asked = (): unknown => world.held().messages.find((one) => one.key.startsWith("ask:"))?.message;

  describe("steering", () => {
    it("reaches a working run as mail, with a hint", async () => {
      await world.work(run);
      const message = await world.hear("only EU vendors");
      await world.settle();

      expect(await world.mail(run)).toMatchObject([
        { kind: "steer", from: ana.key, text: "only EU vendors", messageId: message.messageId },
      ]);
      expect(world.held().reactions.at(-1)).toEqual({ messageId: message.messageId, emoji: "eyes" });
      expect(world.bells).toEqual([]);
    });

    it.each([
      ["a thread", thread, /in this thread.*ask me in a new thread/],
      [
        "a chat without threads",
        { ...thread, kind: "group", channel: "g1", thread: wholeChat },
        /here,.*write to me alone/,
      ],
    ] as const)(
      "I10: whoever else asks in %s is told how they are served there",
      async (_what, at, words) => {
        await world.hear("compare the vendors", { conversation: at });
        await world.settle();
        await world.hear("and book me a flight", { conversation: at, by: bo });
        await world.settle();
        expect(whispers(world.held(at), bo)).toEqual([expect.stringMatching(words)]);
      },
    );

    it("shows on the card as noted", async () => {
      await world.park(run, question);
      await world.hear("only EU vendors, please", { by: ada });
      await world.pass(6_000);

      const card = world.held().messages.find((one) => one.key.startsWith("card:"));
      expect(card?.message).toMatchObject({ kind: "card", noted: ["only EU vendors, please"] });
    });

    it("wakes a run that is parked on nothing that a person has to answer", async () => {
      const lease = await world.work(run);
      await world.store.write((tx) => tx.runs.park(lease, world.clock.now() + 3_600_000));
      await world.hear("go on now");
      await world.settle();

      expect(await now()).toMatchObject({ state: "queued" });
      expect(world.bells).toMatchObject([{ run: run.id, segment: (await now())?.segment }]);
    });
  });

  describe("answers", () => {
    it.each([
      ["its words", "world", "World"],
      ["its words and a full stop", " World. ", "World"],
      ["its number", "2", "World"],
      ["its number in brackets", "2)", "World"],
      ["other words", "Only the Nordics", "Only the Nordics"],
      ["a number that is no option", "7", "7"],
    ])("takes a plain reply with %s as the answer to a question", async (_how, text, answer) => {
      const wait = await world.park(run, question);
      await world.hear(text, { mentionsAgent: false });
      await world.settle();

      expect(await waitNow(wait)).toMatchObject({
        state: "resolved",
        answer: { answer, by: ana.key, byName: "Ana", via: "text" },
      });
      expect(await now()).toMatchObject({ state: "queued" });
      expect(world.bells).toHaveLength(1);
      expect(asked()).toMatchObject({ options: [], decided: expect.stringContaining(`Ana: ${answer}`) });
      expect(await world.mail(run)).toEqual([]);
    });

    it("ux d.19: takes a burst of replies as one answer", async () => {
      await world.close();
      world = await createGatewayWorld({ burstMs: 1_500 });
      await world.hear("compare the vendors");
      await world.pass(1_600);
      run = (await world.run()) ?? run;
      const wait = await world.park(run, question);
      await world.hear("Europe", { mentionsAgent: false });
      await world.hear("without Norway", { mentionsAgent: false });
      await world.pass(1_600);

      expect((await waitNow(wait))?.answer?.answer).toBe("Europe\nwithout Norway");
    });

    it("I10: does not take the reply of somebody who was not asked", async () => {
      const wait = await world.park(run, question);
      await world.hear("Europe", { by: bo });
      await world.hear("Europe", { by: ada });
      await world.settle();

      expect(await waitNow(wait)).toMatchObject({ state: "open" });
      expect(await now()).toMatchObject({ state: "waiting" });
      expect((await world.mail(run)).map((mail) => mail.kind)).toEqual(["overheard", "steer"]);
    });

    it.each([
      ["1", "add"],
      ["allow half as much again", "add"],
      ["2", "finish"],
    ])("takes %j as the way on from a budget pause: %s", async (text, answer) => {
      const wait = await world.park(run, budget);
      await world.hear(text, { mentionsAgent: false });
      await world.settle();

      expect(await waitNow(wait)).toMatchObject({ state: "resolved", answer: { answer, via: "text" } });
      expect(await now()).toMatchObject({ state: "queued" });
    });

    it("stops a paused run by the number of Stop", async () => {
      await world.park(run, budget);
      await world.hear("3", { mentionsAgent: false });
      await world.settle();

      expect(await now()).toMatchObject({ state: "stopped" });
    });

    it.each([
      ["a budget pause", budget],
      ["a doubt", doubt],
    ])("keeps free words at %s as steering, and says that a choice is needed", async (_what, ask) => {
      const wait = await world.park(run, ask);
      await world.hear("be careful with it", { mentionsAgent: false });
      await world.settle();

      expect(await waitNow(wait)).toMatchObject({ state: "open" });
      expect(await world.mail(run)).toMatchObject([{ kind: "steer", text: "be careful with it" }]);
      expect(whispers(world.held(), ana)).toEqual([noted]);
    });

    it("I5: takes the words of an option as the word on a doubt", async () => {
      const wait = await world.park(run, doubt);
      await world.hear("It did not run", { mentionsAgent: false });
      await world.settle();

      expect(await waitNow(wait)).toMatchObject({ state: "resolved", answer: { answer: "It did not run" } });
    });
  });
});
