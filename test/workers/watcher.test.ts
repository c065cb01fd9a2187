import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { asPersonKey, asRunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createHeldRuns, type HeldRun, type HeldRuns } from "../../src/workers/held-runs.ts";
import { createWatcher, type Watcher } from "../../src/workers/watcher.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { addRun, claimAs } from "./rows.ts";

describe("workers/watcher", () => {
  let store: Store;
  let queue: Queue;
  let clock: ManualClock;
  let held: HeldRuns;
  let watcher: Watcher;
  let reads: number;
  const ana = asPersonKey("local:local:ana");
  const run = asRunId("run_1");

  const hold = async (id: string): Promise<HeldRun> => {
    await addRun(store, id);
    return held.add(await claimAs(store, "me", id, { now: clock.now(), ms: 15_000 }), {
      claimedAt: 0,
      deadline: 0,
    });
  };

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    queue = createEmbeddedQueue({ maxWaiting: 10, log: silentLogger });
    clock = createManualClock();
    held = createHeldRuns({ hold: () => undefined, drop: () => undefined });
    reads = 0;
    const counted: Store = {
      ...store,
      read(fn) {
        reads += 1;
        return store.read(fn);
      },
    };
    watcher = createWatcher({ store: counted, queue, held, clock, log: silentLogger, everyMs: 1_000 });
    watcher.start();
  });
  afterEach(async () => {
    watcher.stop();
    await store.close();
  });

  it("passes a stop on within a second, to the run it is for", async () => {
    const stopped = await hold("run_1");
    const other = await hold("run_2");
    await store.write((tx) => tx.runs.requestStop(run, ana));

    await clock.advance(1_000);

    expect(stopped.control.stop.aborted).toBe(true);
    expect(stopped.control.abandon.aborted).toBe(false);
    expect(other.control.stop.aborted).toBe(false);
  });

  it("passes a stop on at once when it is hinted at", async () => {
    const { control } = await hold("run_1");
    await store.write((tx) => tx.runs.requestStop(run, ana));

    queue.hint({ kind: "stop", run });

    await vi.waitFor(() => expect(control.stop.aborted).toBe(true));
  });

  it("stops nothing for a hint that no row bears out", async () => {
    const { control } = await hold("run_1");

    queue.hint({ kind: "stop", run });

    await vi.waitFor(() => expect(reads).toBe(1));
    await clock.advance(1_000);
    expect(control.stop.aborted).toBe(false);
  });

  it("I8: abandons a run that another worker has claimed", async () => {
    const { control } = await hold("run_1");
    await claimAs(store, "other", "run_1", { now: clock.now() + 15_000, ms: 15_000 });

    await clock.advance(1_000);

    expect(control.abandon.aborted).toBe(true);
  });

  it("asks nothing while nothing is held, and once for all that is", async () => {
    await clock.advance(3_000);
    const idle = reads;
    await hold("run_1");
    await hold("run_2");

    await clock.advance(1_000);

    expect({ idle, busy: reads }).toEqual({ idle: 0, busy: 1 });
  });

  it("goes on after a store that was out of reach", async () => {
    await hold("run_1");
    await store.close();

    await expect(watcher.look()).resolves.toBeUndefined();
  });
});
