import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { anewValue } from "../../src/domain/actions.ts";
import type { Run } from "../../src/domain/run.ts";
import { failRun } from "../../src/runtime/fail-run.ts";
import * as replies from "../../src/runtime/voice/replies.ts";
import { ada, ana, bo, createGatewayWorld, type GatewayWorld, texts, whispers } from "./gateway-world.ts";

describe("gateway/go-on", () => {
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

  const fail = async (code: string): Promise<void> => {
    const { clock, store } = world;
    const ids = createIds(() => clock.now());
    const lease = await world.work(run);
    const deps = { store, world: { clock, ids, log: silentLogger, failpoint: () => undefined } };
    await failRun(run, lease, code, deps);
    world.gateway.delivery.kick();
    await world.settle();
  };
  const stop = async (): Promise<void> => {
    await world.click("run.stop", run.id);
    await world.settle();
  };
  const click = async (action: "run.resume" | "run.retry", value: string, by = ana): Promise<void> => {
    await world.click(action, value, { by });
    await world.settle();
  };
  const labels = (): readonly string[] => {
    const result = world.held().messages.find(({ message }) => message.kind === "result")?.message;
    return result?.kind === "result" ? result.buttons.map((b) => `${b.action} ${b.label}`) : [];
  };

  it("GO1: is a new run that names the old one; the old result loses its buttons", async () => {
    await stop();
    expect(labels()).toEqual(["run.resume Go on", "run.retry Start over"]);
    world.bells.length = 0;
    await click("run.resume", run.id);

    const next = await world.run();
    expect(next).toMatchObject({ continues: run.id, state: "queued", goal: run.goal, subject: ana.key });
    expect(world.bells).toMatchObject([{ run: next?.id }]);
    expect((await world.store.read((tx) => tx.runs.find(run.id)))?.state).toBe("stopped");
    await world.pass(60_000);
    expect(labels()).toEqual([]);
    expect(world.held().statuses.at(-1)).toBe("processing");
  });

  it("GO2: twice clicked is once, also after the second has ended, and the loser is told", async () => {
    await stop();
    await Promise.all([world.click("run.resume", run.id), world.click("run.resume", run.id, { by: ada })]);
    await world.settle();
    expect(await world.runs()).toHaveLength(2);
    const next = await world.run();
    await world.click("run.stop", next?.id ?? "");
    await world.settle();
    await click("run.resume", run.id);

    expect(await world.runs()).toHaveLength(2);
    const told = [...whispers(world.held(), ana), ...whispers(world.held(), ada)];
    expect(told.filter((text) => text.includes("taken up again already"))).toHaveLength(2);
  });

  it("GO3: keeps its person when a manager has it go on, and is refused to others", async () => {
    await stop();
    await click("run.resume", run.id, bo);
    expect(whispers(world.held(), bo)).toEqual([replies.onlyMayRetry(run)]);
    await click("run.resume", run.id, ada);

    expect(await world.run()).toMatchObject({ continues: run.id, subject: ana.key, subjectName: "Ana" });
  });

  it.each(["model.unavailable", "run.poison", "run.bug"])("goes on after %s", async (code) => {
    await fail(code);
    expect(labels()).toEqual(["run.retry Go on", "run.retry Start over"]);
    await click("run.retry", run.id);

    expect((await world.run())?.continues).toBe(run.id);
  });

  it.each(["run.looping", "model.refusal", "run.corrupt"])("can only start over after %s", async (code) => {
    await fail(code);
    expect(labels()).toEqual(["run.retry Start over"]);
    await click("run.resume", run.id);
    expect(whispers(world.held(), ana)).toEqual([replies.cannotGoOn]);
    await click("run.retry", run.id);

    const next = await world.run();
    expect(next?.id).not.toBe(run.id);
    expect(next?.continues).toBeUndefined();
  });

  it("starts over where the button says so", async () => {
    await fail("model.unavailable");
    await click("run.retry", anewValue(run.id));

    const next = await world.run();
    expect(next).toMatchObject({ goal: run.goal, state: "queued" });
    expect(next?.continues).toBeUndefined();
  });

  it("says that something else is at work, or that this one still is", async () => {
    await click("run.resume", run.id);
    await stop();
    await world.hear("something else", {});
    await world.settle();
    await click("run.resume", run.id);

    expect(whispers(world.held(), ana)).toEqual([
      expect.stringContaining("I'm at work here already, on “compare the vendors”"),
      expect.stringContaining("I'm at work here already, on “something else”"),
    ]);
    expect(texts(world.held(), "result")).toHaveLength(1);
  });
});
