// The supervisor as it runs beside the doors: what it looks for each second, and what a jump of the clock does to it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { voiceParts } from "../../src/app/voice-parts.ts";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Run } from "../../src/domain/run.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import type { SweepPart } from "../../src/workers/sweeper.ts";
import { createGatewayWorld, type GatewayWorld, texts, thread } from "../gateway/gateway-world.ts";
import { testApprovals } from "../support/open-stages.ts";

const hourMs = 3_600_000;
const checkInMs = 900_000;

describe("app/voice-parts", () => {
  let world: GatewayWorld;
  let parts: readonly SweepPart[];
  let runs: Run[];
  beforeEach(async () => {
    world = await createGatewayWorld();
    const { clock, store, gateway } = world;
    const ids = createIds(() => clock.now());
    parts = voiceParts({ world: { clock, ids, log: silentLogger }, store, desk: gateway.desk, checkInMs });
    runs = [];
    for (let n = 0; n < 20; n += 1) {
      const conversation = { ...thread, thread: `t${n}` };
      await world.hear(`work ${n}`, { conversation });
      await world.settle();
      const run = await world.run(conversation);
      if (run) runs.push(run);
    }
  });
  afterEach(() => world.close());

  const sweep = async (name = "promises"): Promise<void> => {
    await parts.find((part) => part.name === name)?.sweep();
    await world.settle();
  };
  const notices = (): readonly string[] =>
    runs.flatMap((_, n) => texts(world.held({ ...thread, thread: `t${n}` }), "notice"));
  const promise = (run: Run | undefined, at: number): Promise<void> =>
    world.store.write(async (tx) => {
      if (run) await tx.runs.promise(run.id, at);
    });

  it("I13: speaks for whoever is overdue, and for nobody else", async () => {
    const [late] = runs;
    await promise(late, world.clock.now() - 1);
    await sweep();
    await sweep();

    expect(notices()).toEqual([expect.stringContaining("“work 0” is still waiting for its turn")]);
  });

  it("VP2: an hour that the clock jumps forward breaks no promise; what was broken before is still said", async () => {
    const [late, ...others] = runs;
    await sweep();
    await promise(late, world.clock.now() - 1);
    world.clock.jump(hourMs);
    await sweep();

    expect(notices()).toHaveLength(1);
    for (const { id } of others) {
      const run = await world.store.read((tx) => tx.runs.find(id));
      expect(run?.checkInAt).toBe(world.clock.now() + checkInMs);
    }
  });

  it("VP2: an hour back says nothing twice", async () => {
    const [late] = runs;
    await promise(late, world.clock.now() - 1);
    await sweep();
    world.clock.jump(-hourMs);
    await sweep();
    await sweep();

    expect(notices()).toHaveLength(1);
  });

  it("VP2: an hour back delays no promise by the hour", async () => {
    const [next, ...others] = runs;
    await promise(next, world.clock.now() + checkInMs);
    await sweep();
    world.clock.jump(-hourMs);
    await sweep();

    for (const { id } of [next, ...others].filter((run) => run !== undefined)) {
      const run = await world.store.read((tx) => tx.runs.find(id));
      expect(run?.checkInAt).toBeLessThanOrEqual(world.clock.now() + checkInMs);
      expect(run?.checkInAt).toBeGreaterThan(world.clock.now());
    }
    expect(notices()).toEqual([]);
  });

  it("W1: a default that the jump makes due applies once, and the run is woken once", async () => {
    const [run] = runs;
    if (!run) throw new Error("There is no run");
    const ask = { kind: "question", question: "Which?", options: ["A"], default: "A" } as const;
    const wait = await world.park(
      run,
      { ...ask, options: [...ask.options] },
      { dueAt: world.clock.now() + 60_000 },
    );
    world.clock.jump(hourMs);
    for (let n = 0; n < 3; n += 1) {
      for (const due of await world.store.read((tx) => tx.waits.due(world.clock.now(), 10))) {
        await expireWait(world.gateway.desk, testApprovals, due);
      }
      world.clock.jump(n === 0 ? -hourMs : hourMs);
    }
    const now = await world.store.read((tx) => tx.runs.find(run.id));

    expect(now).toMatchObject({ state: "queued", segment: 3 });
    expect((await world.store.read((tx) => tx.waits.find(wait.id)))?.state).toBe("resolved");
  });

  it("ux d.15: clears marks at the start, and then once a minute", async () => {
    const [run] = runs;
    if (!run) throw new Error("There is no run");
    const statuses = (): readonly string[] => world.held({ ...thread, thread: "t0" }).statuses;
    await sweep("marks");
    await world.store.write((tx) => tx.runs.settleIdle(run.id, "failed", { code: "run.bug" }, 0));
    await sweep("marks");
    expect(statuses()).toEqual(["processing"]);
    world.clock.jump(60_000);
    await sweep("marks");

    expect(statuses()).toEqual(["processing", "active"]);
  });
});
