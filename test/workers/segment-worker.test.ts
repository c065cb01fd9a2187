import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bell } from "../../src/domain/bell.ts";
import { asRunId, type RunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createHeldRuns, type HeldRuns } from "../../src/workers/held-runs.ts";
import { createRinger } from "../../src/workers/ringer.ts";
import { createSegmentWorker, type SegmentWorker } from "../../src/workers/segment-worker.ts";
import { createShares } from "../../src/workers/shares.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { createHandDrivenRuntime, type HandDrivenRuntime } from "./hand-driven-runtime.ts";
import { addRun, findRun } from "./rows.ts";

describe("workers/segment-worker", () => {
  let store: Store;
  let queue: Queue;
  let clock: ManualClock;
  let runtime: HandDrivenRuntime;
  let held: HeldRuns;
  let worker: SegmentWorker;
  let kept: RunId[];
  let poisoned: string[];
  let rung: Bell[];
  const leaseMs = 15_000;

  /** The bell that the rows ask for now. */
  const bellOf = async (id: string): Promise<Bell> => ({
    run: asRunId(id),
    segment: (await findRun(store, id)).segment,
    priority: 0,
  });
  const begin = async (id: string): Promise<{ readonly ended: Promise<void> }> => {
    const ended = worker.handle(await bellOf(id));
    await vi.waitFor(() => runtime.find(id));
    return { ended };
  };

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    rung = [];
    queue = {
      ...createEmbeddedQueue({ maxWaiting: 100, log: silentLogger }),
      ring: async (bell) => rung.push(bell) > 0,
    };
    clock = createManualClock();
    runtime = createHandDrivenRuntime(store);
    kept = [];
    poisoned = [];
    held = createHeldRuns({
      hold: (lease) => void kept.push(lease.run),
      drop: (run) => void kept.splice(kept.indexOf(run), 1),
    });
    const shares = createShares({ concurrency: 4, tenants: "one" });
    worker = createSegmentWorker({
      store,
      runtime,
      held,
      shares,
      ringer: createRinger({ store, queue, shares, clock, log: silentLogger }),
      surroundings: {
        clock,
        log: silentLogger,
        failpoint: noFailpoints,
        async failPoison(run, lease) {
          poisoned.push(run.id);
          await store.write((tx) => tx.runs.settle(lease, "failed", { code: "run.poison" }, clock.now()));
        },
      },
      settings: { owner: "me", leaseMs, sliceMs: 300_000, maxBarrenClaims: 4 },
    });
  });
  afterEach(() => store.close());

  it("I7, I8: runs one segment under a lease that is kept until it ends", async () => {
    await addRun(store, "run_1");

    const { ended } = await begin("run_1");
    const { segment, control } = runtime.find("run_1");
    const whileRunning = { kept: [...kept], held: held.ids() };
    runtime.find("run_1").finish();
    await ended;

    expect(segment).toMatchObject({ lease: { run: "run_1", epoch: 1, owner: "me" }, takenOver: false });
    expect(control.deadline).toBe(clock.now() + 300_000);
    expect(whileRunning).toEqual({ kept: ["run_1"], held: ["run_1"] });
    expect({ kept, held: held.ids() }).toEqual({ kept: [], held: [] });
    expect((await findRun(store, "run_1")).state).toBe("done");
  });

  it("I3: gives a run of somebody's direct messages short turns: others wait for the same folder", async () => {
    await addRun(store, "run_1", { mode: "assistant" });

    await begin("run_1");

    expect(runtime.find("run_1").control.deadline).toBe(clock.now() + 20_000);
  });

  it("SW1: does nothing for a bell of a segment that is over, of a run that ended, or of none", async () => {
    await addRun(store, "run_1");
    const bell = await bellOf("run_1");
    const { ended } = await begin("run_1");
    runtime.find("run_1").slice();
    await ended;

    await worker.handle(bell);
    await worker.handle({ ...bell, run: asRunId("run_none") });

    expect(runtime.begun).toEqual(["run_1"]);
  });

  it("SW1, I3: leaves a run alone whose person has their share, and rings for it when one ends", async () => {
    for (const id of ["run_1", "run_2", "run_3"]) await addRun(store, id, { person: "ana" });
    const first = await begin("run_1");
    await begin("run_2");

    await worker.handle(await bellOf("run_3"));
    const rungBefore = rung.length;
    runtime.find("run_1").finish();
    await first.ended;

    expect(runtime.begun).toEqual(["run_1", "run_2"]);
    expect(rungBefore).toBe(0);
    expect(rung.map((bell) => bell.run)).toEqual(["run_3"]);
  });

  it("rings at once for the next slice of a run", async () => {
    await addRun(store, "run_1");
    const { ended } = await begin("run_1");

    runtime.find("run_1").slice();
    await ended;

    expect(rung).toEqual([{ run: "run_1", segment: (await findRun(store, "run_1")).segment, priority: 0 }]);
  });

  it("SW2: tells the next segment that it takes over when the runtime could not let go", async () => {
    await addRun(store, "run_1");
    const first = await begin("run_1");
    const { control } = runtime.find("run_1");
    runtime.find("run_1").breakOff();
    await first.ended;
    const bell = await bellOf("run_1");
    await worker.handle(bell);
    const begunUnderLease = runtime.begun.length;

    clock.jump(leaseMs);
    await begin("run_1");

    expect(control.abandon.aborted).toBe(true);
    expect(begunUnderLease).toBe(1);
    expect(runtime.find("run_1").segment).toMatchObject({ takenOver: true, lease: { epoch: 2 } });
  });

  it("HR1: does not begin a second segment of a run while one without a lease is still there", async () => {
    await addRun(store, "run_1");
    const ghost = await begin("run_1");
    held.find(asRunId("run_1"))?.abandon();
    clock.jump(leaseMs);

    await worker.handle(await bellOf("run_1"));
    const begunBeside = runtime.begun.length;
    runtime.find("run_1").giveUp();
    await ghost.ended;
    await begin("run_1");

    expect(begunBeside).toBe(1);
    expect(runtime.find("run_1").segment.lease.epoch).toBe(2);
  });

  describe("SW3: a run that ends its worker each time", () => {
    const dieWithoutStep = async (): Promise<void> => {
      const { ended } = await begin("run_1");
      runtime.find("run_1").breakOff();
      await ended;
      clock.jump(leaseMs + longestPauseMs);
    };
    const longestPauseMs = 16_000;

    it("is tried five times and failed at the sixth", async () => {
      await addRun(store, "run_1");
      for (let death = 0; death < 5; death += 1) await dieWithoutStep();

      await worker.handle(await bellOf("run_1"));

      expect(runtime.begun).toHaveLength(5);
      expect(poisoned).toEqual(["run_1"]);
      expect(await findRun(store, "run_1")).toMatchObject({
        state: "failed",
        outcome: { code: "run.poison" },
      });
    });

    it("begins its count anew with each step that it commits", async () => {
      await addRun(store, "run_1");
      for (let death = 0; death < 4; death += 1) await dieWithoutStep();
      const { ended } = await begin("run_1");
      runtime.find("run_1").slice();
      await ended;
      for (let death = 0; death < 5; death += 1) await dieWithoutStep();

      expect(poisoned).toEqual([]);
    });

    it("is not one that was handed back each time", async () => {
      await addRun(store, "run_1");
      for (let claims = 0; claims < 8; claims += 1) {
        const { ended } = await begin("run_1");
        const { lease } = runtime.find("run_1").segment;
        await store.write((tx) => tx.runs.requeue(lease, undefined, claims));
        runtime.find("run_1").giveUp();
        await ended;
      }

      expect(runtime.begun).toHaveLength(8);
      expect(poisoned).toEqual([]);
    });
  });

  it("tells a run that begins while the process goes down to park", async () => {
    await addRun(store, "run_1");
    held.parkAll();

    await begin("run_1");

    expect(runtime.find("run_1").control.park.aborted).toBe(true);
  });
});
