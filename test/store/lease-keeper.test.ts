import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { Store } from "../../src/store/contract.ts";
import { createLeaseKeeper, type LeaseKeeper } from "../../src/store/lease-keeper.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aRun, claimed, runOf } from "../contracts/store-rows.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const patience = { interval: 20 };

describe("store/lease-keeper", () => {
  let folder: string;
  let sqlitePath: string;
  let store: Store;
  let keeper: LeaseKeeper | undefined;
  let lost: string[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-lease-"));
    sqlitePath = path.join(folder, "deputy.db");
    store = await createSqliteStore({ path: sqlitePath });
    lost = [];
  });
  afterEach(async () => {
    await keeper?.stop();
    keeper = undefined;
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const keep = (options: Partial<Parameters<typeof createLeaseKeeper>[0]> = {}): LeaseKeeper => {
    keeper = createLeaseKeeper({
      target: { sqlitePath },
      owner: "w1",
      leaseMs: 60_000,
      renewEveryMs: 40,
      onLost: (run) => lost.push(run),
      log: silentLogger,
      ...options,
    });
    return keeper;
  };
  const working = async (name: string) => {
    const { id } = await aRun(store, name);
    return claimed(store, id, "w1", systemClock.now());
  };
  const leaseUntil = async (id: Awaited<ReturnType<typeof working>>["run"]["id"]): Promise<number> =>
    (await runOf(store, id)).leaseUntil ?? 0;

  it("I8: renews the leases that it holds, again and again", async () => {
    const { run, lease } = await working("a");
    const leases = keep();

    leases.hold(lease);

    for (let round = 0; round < 3; round += 1) {
      const before = await leaseUntil(run.id);
      await vi.waitFor(async () => expect(await leaseUntil(run.id)).toBeGreaterThan(before), patience);
    }
    expect(await leaseUntil(run.id)).toBeGreaterThan(systemClock.now() + 40_000);
    expect(lost).toEqual([]);
  });

  it("LK5: renews in a database that a newer version has migrated meanwhile", async () => {
    const { run, lease } = await working("a");
    const newer = new Database(sqlitePath);
    newer.exec("insert into __drizzle_migrations (hash, created_at) values ('newer', 9999999999999)");
    newer.close();
    const before = await leaseUntil(run.id);

    keep().hold(lease);

    await vi.waitFor(async () => expect(await leaseUntil(run.id)).toBeGreaterThan(before), patience);
    expect(lost).toEqual([]);
  });

  it("knows how long ago the lease that waits longest was confirmed", async () => {
    const clock = createManualClock(systemClock.now());
    const { lease } = await working("a");
    const leases = keep({ clock, renewEveryMs: 50_000 });
    expect(leases.oldestMs()).toBeUndefined();

    leases.hold(lease, clock.now() - 2_000);

    expect(leases.oldestMs()).toBeGreaterThanOrEqual(2_000);
    leases.drop(lease.run);
    expect(leases.oldestMs()).toBeUndefined();
  });

  it("LK1: starts no thread before the first hold", async () => {
    if (process.platform !== "linux") return;
    const threads = async (): Promise<number> => (await readdir("/proc/self/task")).length;
    const { lease } = await working("a");
    const before = await threads();

    const leases = keep();
    const idle = await threads();
    leases.hold(lease);

    expect(idle).toBe(before);
    await vi.waitFor(async () => expect(await threads()).toBeGreaterThan(before), patience);
  });

  it("LK2: tells once when another worker has taken the run over", async () => {
    const { run, lease } = await working("a");
    const other = await working("b");
    const leases = keep();
    await store.write((tx) => tx.runs.expireLeases("w1", systemClock.now()));
    await claimed(store, run.id, "w2", systemClock.now() + 1);

    leases.hold(lease);
    leases.hold(other.lease);

    await vi.waitFor(() => expect(lost).toEqual([run.id]), patience);
    const before = await leaseUntil(other.run.id);
    await vi.waitFor(async () => expect(await leaseUntil(other.run.id)).toBeGreaterThan(before), patience);
    expect(lost).toEqual([run.id]);
  });

  it("LK4: tells nothing of a run that was dropped, and renews it no more", async () => {
    const dropped = await working("a");
    const kept = await working("b");
    const leases = keep();
    leases.hold(dropped.lease);
    leases.hold(kept.lease);
    leases.drop(dropped.run.id);
    await store.write((tx) => tx.runs.park(dropped.lease, undefined));

    for (let round = 0; round < 2; round += 1) {
      const before = await leaseUntil(kept.run.id);
      await vi.waitFor(async () => expect(await leaseUntil(kept.run.id)).toBeGreaterThan(before), patience);
    }

    expect(lost).toEqual([]);
  });

  it("LK3: gives a lease up before its end when nobody can be asked", async () => {
    const clock = createManualClock();
    const { run, lease } = await working("a");
    const leases = keep({ target: { sqlitePath: folder }, leaseMs: 15_000, renewEveryMs: 5_000, clock });

    leases.hold(lease);
    await clock.advance(11_000);
    expect(lost).toEqual([]);
    await clock.advance(1_000);

    expect(lost).toEqual([run.id]);
    await clock.advance(20_000);
    expect(lost).toEqual([run.id]);
  });

  it("LK3: counts from the claim, not from the hold", async () => {
    const clock = createManualClock();
    const { run, lease } = await working("a");
    const leases = keep({ target: { sqlitePath: folder }, leaseMs: 15_000, renewEveryMs: 5_000, clock });

    leases.hold(lease, clock.now() - 6_000);
    leases.check();
    expect(lost).toEqual([]);
    clock.jump(6_000);
    leases.check();

    expect(lost).toEqual([run.id]);
  });

  it("LK3: knows at once after a freeze, when it is asked before any timer has run", async () => {
    const clock = createManualClock();
    const { run, lease } = await working("a");
    const leases = keep({ target: { sqlitePath: folder }, leaseMs: 15_000, renewEveryMs: 5_000, clock });
    leases.hold(lease);

    clock.jump(60_000);
    leases.check();

    expect(lost).toEqual([run.id]);
  });

  it("LK3: is not fooled by a wall clock that is set back", async () => {
    const clock = createManualClock(systemClock.now());
    const { run, lease } = await working("a");
    const leases = keep({ target: { sqlitePath: folder }, leaseMs: 100, renewEveryMs: 50, clock });
    leases.hold(lease);

    clock.jump(-3_600_000);

    await vi.waitFor(() => {
      leases.check();
      expect(lost).toEqual([run.id]);
    }, patience);
  });

  it("I8: keeps leases while the event loop is blocked for longer than they last", async () => {
    const leases = keep({ leaseMs: 6_000, renewEveryMs: 100 });
    const early = await working("early");
    const first = await leaseUntil(early.run.id);
    leases.hold(early.lease);
    await vi.waitFor(async () => expect(await leaseUntil(early.run.id)).not.toBe(first), patience);
    const { run, lease } = await working("a"); // the thread is up by now
    leases.hold(lease);

    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_000);

    leases.check();
    expect(lost).not.toContain(run.id);
    expect(await leaseUntil(run.id)).toBeGreaterThan(systemClock.now());
  });

  it("stops twice as once, and lets go of everything", async () => {
    const { run, lease } = await working("a");
    const leases = keep();
    leases.hold(lease);

    await Promise.all([leases.stop(), leases.stop()]);

    const after = await leaseUntil(run.id);
    leases.check();
    expect(lost).toEqual([]);
    expect(await leaseUntil(run.id)).toBe(after);
  });
});
