import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Run } from "../../src/domain/run.ts";
import type { QuestionAsk, Wait } from "../../src/domain/wait.ts";
import { expireWait, nudge } from "../../src/gateway/waits-due.ts";
import { ana, createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";
import { testApprovals } from "../support/open-stages.ts";

const question: QuestionAsk = {
  kind: "question",
  question: "Which region?",
  options: ["Europe", "World"],
  default: "Europe",
};

describe("gateway/waits-due", () => {
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

  const waitNow = async (wait: Wait): Promise<Wait | undefined> =>
    world.store.read((tx) => tx.waits.find(wait.id));

  describe("expireWait", () => {
    it("W1: applies the default once, wakes the run and shows what was used", async () => {
      const wait = await world.park(run, question, { dueAt: world.clock.now() + 1_000 });
      await Promise.all([
        expireWait(world.gateway.desk, testApprovals, wait),
        expireWait(world.gateway.desk, testApprovals, wait),
      ]);
      await world.settle();

      expect((await waitNow(wait))?.answer).toEqual({ answer: "Europe", via: "default" });
      expect(await world.run()).toMatchObject({ state: "queued" });
      expect(world.bells).toHaveLength(1);
      const asked = world.held().messages.find((one) => one.key.startsWith("ask:"));
      expect(asked?.message).toMatchObject({
        options: [],
        decided: expect.stringContaining("I go with: Europe"),
      });
    });

    it("W1: has one winner against an answer", async () => {
      const wait = await world.park(run, question);
      await Promise.all([
        world.hear("World", { mentionsAgent: false }),
        expireWait(world.gateway.desk, testApprovals, wait),
      ]);
      await world.settle();

      expect((await waitNow(wait))?.answer?.answer).toMatch(/^(Europe|World)$/);
      expect(world.held().messages.filter((one) => one.key.startsWith("ask:"))[0]?.edits).toBe(1);
    });

    it("leaves a question without a default as it is", async () => {
      const { default: _none, ...open } = question;
      const wait = await world.park(run, open);
      await expireWait(world.gateway.desk, testApprovals, wait);

      expect(await waitNow(wait)).toMatchObject({ state: "open" });
    });
  });

  describe("nudge", () => {
    it("reminds the person once, with a mention", async () => {
      const wait = await world.park(run, question);
      await nudge(world.gateway.desk, wait);
      await nudge(world.gateway.desk, wait);
      await world.settle();

      const reminders = world.held().messages.filter((one) => one.key === `nudge:${wait.id}`);
      expect(reminders).toHaveLength(1);
      expect(reminders[0]?.message).toMatchObject({
        kind: "attention",
        mention: ana.key,
        text: expect.stringContaining("Which region?"),
        options: [],
      });
    });

    it("says nothing when it was answered meanwhile", async () => {
      const wait = await world.park(run, question);
      await world.hear("Europe", { mentionsAgent: false });
      await world.settle();
      await nudge(world.gateway.desk, wait);
      await world.settle();

      expect(world.held().messages.some((one) => one.key.startsWith("nudge:"))).toBe(false);
    });
  });
});
