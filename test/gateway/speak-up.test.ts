import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { optionValue } from "../../src/domain/actions.ts";
import type { Run } from "../../src/domain/run.ts";
import { speakUp } from "../../src/gateway/speak-up.ts";
import { cardPost } from "../../src/runtime/voice/run-card.ts";
import { createGatewayWorld, type GatewayWorld, texts } from "./gateway-world.ts";

const quarterMs = 15 * 60_000;

describe("gateway/speak-up", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("compare the vendors");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
  });
  afterEach(() => world.close());

  const promise = (at: number | undefined): Promise<void> =>
    world.store.write((tx) => tx.runs.promise(run.id, at));
  const speak = async (): Promise<void> => {
    await speakUp(world.gateway.desk, run.id);
    await world.settle();
  };

  it("I13: has a promise from the moment that a run is accepted, and again when it was woken", async () => {
    expect(run.checkInAt).toBe(run.createdAt + quarterMs);
    const wait = await world.park(run, { kind: "question", question: "Which region?", options: ["Europe"] });
    await promise(undefined);
    await world.click("question.answer", optionValue(wait.id, 0));
    await world.settle();

    expect((await world.run())?.checkInAt).toBe(world.clock.now() + quarterMs);
  });

  it("I13: says what is known when a promised check-in did not come, and promises anew", async () => {
    await world.work(run);
    await promise(world.clock.now());
    await speak();

    expect(texts(world.held(), "notice")).toEqual([
      "I'm still on “compare the vendors”, and it takes longer than I said.",
    ]);
    expect((await world.run())?.checkInAt).toBe(world.clock.now() + quarterMs);
  });

  it("I13: tells a person that a run waits for its turn", async () => {
    await promise(world.clock.now());
    await speak();

    expect(texts(world.held(), "notice")).toEqual([
      expect.stringContaining("waiting for its turn; nothing is lost"),
    ]);
  });

  it("SU1: speaks once for one promise", async () => {
    await promise(world.clock.now());
    await Promise.all([speak(), speak(), speak()]);

    expect(texts(world.held(), "notice")).toHaveLength(1);
  });

  it("SU2: posts once a day, and keeps the card going in between", async () => {
    await world.say(cardPost(run, { state: "Working", noted: [] }));
    for (let hour = 0; hour < 30; hour += 1) {
      world.clock.jump(3_600_000);
      await promise(world.clock.now());
      await speak();
    }

    expect(texts(world.held(), "notice")).toHaveLength(2);
    const card = world.held().messages.find((one) => one.key.startsWith("card:"));
    expect(card?.edits).toBeGreaterThan(20);
    expect(card?.message).toMatchObject({
      line: "Waiting: nothing that does the work is running at the moment.",
    });
  });

  it("does not speak for a run that has spoken meanwhile, that waits for a person, or that has ended", async () => {
    await promise(world.clock.now() + 1);
    await speak();
    await world.park(run, { kind: "question", question: "Which region?", options: [] });
    await promise(world.clock.now());
    await speak();
    expect((await world.run())?.checkInAt).toBeUndefined();
    await world.click("run.stop", run.id);
    await world.settle();
    await promise(world.clock.now());
    await speak();

    expect(texts(world.held(), "notice")).toEqual([]);
  });
});
