import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { asPersonKey, asRunId, type RunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createWorkers, type Workers } from "../../src/workers/create-workers.ts";
import { createProcessTable, formatOwner, parseOwner } from "../../src/workers/process-owner.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { createHandDrivenRuntime, type HandDrivenRuntime } from "./hand-driven-runtime.ts";
import { addRun, claimAs, findRun } from "./rows.ts";

describe("workers/create-workers", () => {
  let store: Store;
  let queue: Queue;
  let clock: ManualClock;
  let runtime: HandDrivenRuntime;
  let workers: Workers;
  let lose: (run: RunId) => void;
  let leasesEnded: boolean;
  let errors: string[];

  const begins = (run: string): Promise<unknown> => vi.waitFor(() => runtime.find(run));

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    queue = createEmbeddedQueue({ maxWaiting: 100, log: silentLogger });
    clock = createManualClock();
    runtime = createHandDrivenRuntime(store);
    leasesEnded = false;
    errors = [];
    const nothing = async (): Promise<void> => undefined;
    workers = createWorkers({
      store,
      queue,
      runtime,
      openLeases(_owner, onLost) {
        lose = onLost;
        const stop = async (): Promise<void> => void (leasesEnded = true);
        return { hold: () => undefined, drop: () => undefined, stop };
      },
      acts: {
        expireWait: nothing,
        nudge: nothing,
        routeInbox: nothing,
        failPoison: nothing,
      },
      surroundings: {
        clock,
        log: { ...silentLogger, error: (text) => void errors.push(text) },
        failpoint: noFailpoints,
      },
      settings: { nonce: "w_1", concurrency: 4, tenants: "one", leaseMs: 30_000, sliceMs: 300_000 },
    });
  });
  afterEach(async () => {
    const stopped = workers.stop();
    for (const segment of runtime.running()) segment.giveUp();
    await stopped;
    await queue.close();
    await store.close();
  });

  it("names itself so that neighbours can tell whether it is alive", () => {
    expect(parseOwner(workers.owner)).toEqual(createProcessTable().self("w_1"));
  });

  it("works on what was runnable before it started", async () => {
    await addRun(store, "run_1");

    await workers.start();
    await begins("run_1");

    expect(workers.busy()).toBe(1);
    runtime.find("run_1").finish();
    await vi.waitFor(async () => expect((await findRun(store, "run_1")).state).toBe("done"));
    await vi.waitFor(() => expect(workers.busy()).toBe(0));
  });

  it("works on a run through slice after slice", async () => {
    await addRun(store, "run_1");
    await workers.start();

    for (let slice = 1; slice <= 3; slice += 1) {
      await vi.waitFor(() => expect(runtime.find("run_1").segment.lease.epoch).toBe(slice));
      runtime.find("run_1").slice();
      await vi.waitFor(() => expect(runtime.begun).toHaveLength(slice + 1));
    }

    expect((await findRun(store, "run_1")).cursor).toBe(3);
  });

  it("I7: finds a run whose bell was lost within a second", async () => {
    await workers.start();
    await addRun(store, "run_1");

    await clock.advance(1_000);

    await vi.waitFor(() => expect(runtime.begun).toEqual(["run_1"]));
  });

  it("I8: takes over at its start what an earlier process of this machine left", async () => {
    const table = createProcessTable();
    const earlier = formatOwner({ ...table.self("w_0"), startTime: 1 });
    await addRun(store, "run_1");
    await claimAs(store, earlier, "run_1", { now: clock.now(), ms: 15_000 });

    await workers.start();
    await begins("run_1");

    expect(runtime.find("run_1").segment).toMatchObject({ takenOver: true, lease: { epoch: 2 } });
  });

  it("I8: tells a segment at once that its lease is lost", async () => {
    await addRun(store, "run_1");
    await workers.start();
    await begins("run_1");

    lose(asRunId("run_1"));

    expect(runtime.find("run_1").control.abandon.aborted).toBe(true);
  });

  it("passes a stop on at once when it is hinted at", async () => {
    await addRun(store, "run_1");
    await workers.start();
    await begins("run_1");
    await store.write((tx) => tx.runs.requestStop(asRunId("run_1"), asPersonKey("local:local:ana")));

    queue.hint({ kind: "stop", run: asRunId("run_1") });

    await vi.waitFor(() => expect(runtime.find("run_1").control.stop.aborted).toBe(true));
  });

  it("WK1: asks what runs to hand itself back when it stops, and takes nothing more", async () => {
    await addRun(store, "run_1");
    await workers.start();
    await begins("run_1");

    const stopped = workers.stop();
    await vi.waitFor(() => expect(runtime.find("run_1").control.park.aborted).toBe(true));
    await addRun(store, "run_2", { person: "bo" });
    await queue.ring({ run: asRunId("run_2"), segment: 0, priority: 0 });
    runtime.find("run_1").slice();
    await stopped;

    expect((await findRun(store, "run_1")).state).toBe("queued");
    expect(runtime.begun).toEqual(["run_1"]);
    expect(leasesEnded).toBe(true);
  });

  it("WK1 WK2: abandons what has not handed itself back after 17 seconds, and hands it over", async () => {
    await addRun(store, "run_1");
    await workers.start();
    await begins("run_1");
    const { control } = runtime.find("run_1");
    let ended = false;
    const stopped = workers.stop().then(() => {
      ended = true;
    });

    await clock.advance(16_900);
    const abandonedBefore = control.abandon.aborted;
    await clock.advance(100);
    expect(ended).toBe(false);
    await clock.advance(1_000);
    await stopped;

    expect(abandonedBefore).toBe(false);
    expect(control.abandon.aborted).toBe(true);
    expect((await findRun(store, "run_1")).state).toBe("working");
    expect(leasesEnded).toBe(true);
    const next = await claimAs(store, "another", "run_1", { now: clock.now(), ms: 15_000 });
    expect(next.epoch).toBe(2);
  });

  it("logs a bell that the store could not answer, and goes on", async () => {
    await workers.start();
    await addRun(store, "run_1");
    const claim = vi.spyOn(store, "write").mockRejectedValue(new Error("disk full"));
    await queue.ring({ run: asRunId("run_1"), segment: 0, priority: 0 });
    await vi.waitFor(() => expect(errors).toContain("A bell could not be answered."));
    claim.mockRestore();

    await clock.advance(1_000);

    await begins("run_1");
  });
});
