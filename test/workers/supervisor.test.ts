import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { formatOwner, type ProcessOwner } from "../../src/workers/process-owner.ts";
import { createRinger } from "../../src/workers/ringer.ts";
import { createShares, type Shares } from "../../src/workers/shares.ts";
import { createSupervisor, type Supervisor } from "../../src/workers/supervisor.ts";
import { sweeperLock } from "../../src/workers/sweeper.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import { addRun, claimAs, roomy } from "./rows.ts";

describe("workers/supervisor", () => {
  let store: Store;
  let clock: ManualClock;
  let shares: Shares;
  let supervisor: Supervisor;
  const queue = createEmbeddedQueue({ maxWaiting: 10, log: silentLogger });
  const dead = new Set<number>();
  const processes = {
    isNeighbour: (owner: ProcessOwner) => owner.host === "here",
    isAlive: (owner: ProcessOwner) => !dead.has(owner.pid),
  };
  const owner = (pid: number, host = "here"): string =>
    formatOwner({ host, bootId: "b", pid, startTime: 1, nonce: "w" });
  const runnable = async (): Promise<string[]> => {
    const bells = await store.read((tx) => tx.runs.runnable(clock.now(), roomy, 10));
    return bells.map((bell) => bell.run).toSorted();
  };

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    clock = createManualClock();
    shares = createShares({ concurrency: 4, tenants: "one" });
    dead.clear();
    const ringer = createRinger({ store, queue, shares, clock, log: silentLogger });
    const settings = { owner: owner(1), everyMs: 250 };
    supervisor = createSupervisor({ store, processes, ringer, shares, clock, log: silentLogger, settings });
  });
  afterEach(() => store.close());

  it("I8: hands the runs of a dead neighbour over at once, and rings for them", async () => {
    await addRun(store, "run_1");
    await addRun(store, "run_2");
    await claimAs(store, owner(2), "run_1", { now: clock.now(), ms: 15_000 });
    await claimAs(store, owner(3), "run_2", { now: clock.now(), ms: 15_000 });
    dead.add(2);

    supervisor.start();
    await clock.advance(250);
    supervisor.stop();

    expect(await runnable()).toEqual(["run_1"]);
    expect(await queue.depth()).toEqual({ waiting: 1, active: 0 });
  });

  it("frees the sweeper's turn of a dead neighbour", async () => {
    await addRun(store, "run_1");
    await claimAs(store, owner(2), "run_1", { now: clock.now(), ms: 15_000 });
    await store.write((tx) => tx.locks.acquire(sweeperLock, owner(2), clock.now(), clock.now() + 5_000));
    dead.add(2);

    await supervisor.look();

    expect(await store.read((tx) => tx.locks.holder(sweeperLock))).toBeUndefined();
  });

  it("SV1: leaves the runs of processes that it cannot judge to the end of their lease", async () => {
    await addRun(store, "run_1");
    await addRun(store, "run_2");
    await claimAs(store, owner(2, "elsewhere"), "run_1", { now: clock.now(), ms: 15_000 });
    await claimAs(store, "not a name", "run_2", { now: clock.now(), ms: 15_000 });
    dead.add(2);

    await supervisor.look();

    expect(await runnable()).toEqual([]);
  });

  it("leaves its own runs alone", async () => {
    await addRun(store, "run_1");
    await claimAs(store, owner(1), "run_1", { now: clock.now(), ms: 15_000 });
    dead.add(1);

    await supervisor.look();

    expect(await runnable()).toEqual([]);
  });

  it("SH3: counts the processes that hold leases", async () => {
    await addRun(store, "run_1");
    await addRun(store, "run_2");
    await claimAs(store, owner(2, "elsewhere"), "run_1", { now: clock.now(), ms: 15_000 });
    await claimAs(store, owner(1), "run_2", { now: clock.now(), ms: 15_000 });

    await supervisor.look();

    expect(shares.limits().perTenant).toBe(8);
  });

  it("goes on after a store that was out of reach", async () => {
    await store.close();

    await expect(supervisor.look()).resolves.toBeUndefined();
  });
});
