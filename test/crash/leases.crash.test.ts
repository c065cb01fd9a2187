import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { addRunIn, findRun } from "../workers/rows.ts";
import {
  startWorker,
  type WorkerChildSettings,
  type WorkerEvent,
  type WorkerProcess,
} from "./worker-process.ts";

const steps = 12;
/** So long that a run that goes on was handed over, and did not wait for the end of a lease. */
const longLeaseMs = 600_000;
/** So short that its end is waited for, and so long that a worker that is merely slow renews in time. */
const shortLeaseMs = 3_000;

describe("crash/leases", () => {
  let dir: string;
  let store: Store;
  let redis: RedisServer | undefined;
  let workers: WorkerProcess[];
  const outside = (): string => path.join(dir, "outside.txt");

  const start = (settings: Partial<WorkerChildSettings> = {}): WorkerProcess => {
    const worker = startWorker({
      database: path.join(dir, "deputy.db"),
      outside: outside(),
      ...(redis ? { redisUrl: redis.url } : {}),
      nonce: `w_${workers.length}`,
      concurrency: 20,
      steps,
      stepMs: 40,
      leaseMs: 15_000,
      sliceMs: 300_000,
      ...settings,
    });
    workers.push(worker);
    return worker;
  };
  const startRedis = async (): Promise<RedisServer> => {
    redis = await startRedisServer();
    return redis;
  };
  const addRuns = (ids: readonly string[]): Promise<void> =>
    store.write(async (tx) => {
      for (const id of ids) await addRunIn(tx, id, { person: `person-of-${id}`, now: Date.now() });
    });
  /** Stops a process between its writes: one that held the database's file would hold up everybody, as no deployment can. */
  const freeze = async (worker: WorkerProcess): Promise<void> => {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      worker.signal("SIGSTOP");
      const free = await store.write((tx) => tx.locks.acquire("probe", "test", 0, 1)).catch(() => false);
      if (free) return;
      worker.signal("SIGCONT");
    }
    throw new Error("The process was in the middle of a write each time");
  };
  const isReady = (event: WorkerEvent): boolean => event.event === "ready";
  const areReady = (all: Iterable<WorkerProcess>): Promise<unknown> =>
    Promise.all([...all].map((worker) => worker.until(isReady)));
  /** A worker whose last word is that it did a step, or that it stands still before one. */
  const lateInAStep = (among: Iterable<WorkerProcess>): Promise<WorkerProcess> =>
    vi.waitUntil(
      () => [...among].find((worker) => ["step", "still"].includes(worker.events.at(-1)?.event ?? "")),
      { interval: 1 },
    );
  const allDone = async (ids: readonly string[]): Promise<void> => {
    const states = await Promise.all(ids.map(async (id) => (await findRun(store, id)).state));
    expect(states).toEqual(ids.map(() => "done"));
  };
  const finish = (ids: readonly string[]): Promise<void> => vi.waitFor(() => allDone(ids), { interval: 25 });
  /** `run step` of each act outside, with the process that did it. */
  const acts = (): { readonly act: string; readonly pid: number }[] =>
    readFileSync(outside(), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([run, n, , pid]) => ({ act: `${run} ${n}`, pid: Number(pid) }));
  /** What was done outside, and what the journal says of it. */
  const whatHappened = async (ids: readonly string[]): Promise<unknown> => {
    const journals = await Promise.all(
      ids.map(async (id) => {
        const { id: run } = await findRun(store, id);
        const journal = await store.read((tx) => tx.steps.list(run, 0));
        return journal.map(({ n, state }) => `${run} ${n} ${state}`);
      }),
    );
    return {
      acts: acts()
        .map(({ act }) => act)
        .toSorted(),
      journal: journals.flat(),
    };
  };
  const eachStepOnce = (ids: readonly string[]): unknown => {
    const each = ids.flatMap((id) => Array.from({ length: steps }, (_, n) => `${id} ${n}`));
    return { acts: each.toSorted(), journal: each.map((step) => `${step} done`) };
  };

  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), "deputy-crash-"));
    store = await createSqliteStore({ path: path.join(dir, "deputy.db") });
    redis = undefined;
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await redis?.stop();
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("I8: another process takes the runs of a killed one over long before their lease is over, and no step is lost or doubled", async () => {
    const ids = ["run_1", "run_2", "run_3", "run_4", "run_5", "run_6"];
    await startRedis();
    const settings = { leaseMs: longLeaseMs, standStill: { run: "run_1", step: 3 } };
    const both = [start(settings), start(settings)];
    await areReady(both);
    await addRuns(ids);

    const isStill = (event: WorkerEvent): boolean => event.event === "still";
    const doomed = await vi.waitUntil(() => both.find(({ events }) => events.some(isStill)));
    const heir = both.find((worker) => worker !== doomed);
    await doomed.kill();
    const began = await heir?.until(({ event, run }) => event === "began" && run === "run_1");
    await heir?.until(isStill);
    heir?.goOn();
    await finish(ids);

    expect(began?.takenOver).toBe(true);
    expect(await whatHappened(ids)).toEqual(eachStepOnce(ids));
  });

  it("I4, I8: nothing is lost or doubled however often workers are killed", async () => {
    const ids = ["run_1", "run_2", "run_3", "run_4", "run_5", "run_6"];
    await startRedis();
    // One run is not done before there is one worker left.
    const settings = { standStill: { run: "run_6", step: steps - 1 } };
    const alive = new Set([start(settings), start(settings), start(settings), start(settings)]);
    await areReady(alive);
    await addRuns(ids);

    while (alive.size > 1) {
      const doomed = await lateInAStep(alive);
      alive.delete(doomed);
      await doomed.kill();
    }
    for (const last of alive) {
      await last.until((event) => event.event === "still");
      last.goOn();
    }
    await finish(ids);

    expect(await whatHappened(ids)).toEqual(eachStepOnce(ids));
  });

  it("I8: a process that starts after the only one was killed goes on at once, with no Redis", async () => {
    const ids = ["run_1", "run_2", "run_3"];
    await addRuns(ids);
    const first = start({ leaseMs: longLeaseMs, standStill: { run: "run_1", step: 3 } });
    await first.until((event) => event.event === "still");
    await first.kill();

    const second = start({ leaseMs: longLeaseMs });
    const began = await second.until((event) => event.event === "began");
    await finish(ids);

    expect(began.takenOver).toBe(true);
    expect(await whatHappened(ids)).toEqual(eachStepOnce(ids));
  });

  it("I8: a process that was frozen past its lease and thaws writes nothing and does nothing outside", async () => {
    await startRedis();
    await addRuns(["run_1"]);
    const leaseMs = shortLeaseMs;
    const frozen = start({ leaseMs, standStill: { run: "run_1", step: 3 } });
    await frozen.until((event) => event.event === "still");
    const other = start({ leaseMs });
    await other.until(isReady);

    await freeze(frozen);
    frozen.goOn();
    const began = await other.until((event) => event.event === "began");
    await finish(["run_1"]);
    frozen.signal("SIGCONT");
    const refused = await frozen.until((event) => event.event === "refused");

    expect(began).toMatchObject({ run: "run_1", takenOver: true });
    expect(refused.epoch).toBeLessThan(began.epoch ?? 0);
    expect(acts().filter(({ pid }) => pid === frozen.pid)).toHaveLength(3);
    expect(await whatHappened(["run_1"])).toEqual(eachStepOnce(["run_1"]));
  });

  it("I8: a process that thawed works on other runs as before", async () => {
    await startRedis();
    await addRuns(["run_1"]);
    const frozen = start({ leaseMs: shortLeaseMs, standStill: { run: "run_1", step: 1 } });
    await frozen.until((event) => event.event === "still");
    const other = start({ leaseMs: shortLeaseMs });
    await other.until(isReady);
    await freeze(frozen);
    frozen.goOn();
    await finish(["run_1"]);
    frozen.signal("SIGCONT");
    await frozen.until((event) => event.event === "refused");

    await other.kill();
    await addRuns(["run_2"]);
    await finish(["run_2"]);

    expect(await whatHappened(["run_1", "run_2"])).toEqual(eachStepOnce(["run_1", "run_2"]));
  });

  it("I7: Redis emptied in mid-run loses no run", async () => {
    const rounds = [1, 2, 3].map((round) => Array.from({ length: 5 }, (_, n) => `run_${round}${n}`));
    const ids = rounds.flat();
    const server = await startRedis();
    // Short slices, so that there are always bells to lose; few hands, so that some always wait.
    const settings = { concurrency: 2, sliceMs: 100 };
    const both = [start(settings), start(settings)];
    await areReady(both);
    const told = (): number => both.reduce((sum, { events }) => sum + events.length, 0);

    for (const more of rounds) {
      const before = told();
      await addRuns(more);
      await vi.waitFor(() => expect(told()).toBeGreaterThan(before + 4), { interval: 5 });
      await server.flushAll();
    }
    await finish(ids);

    expect(await whatHappened(ids)).toEqual(eachStepOnce(ids));
  });

  it("I7: Redis killed without a trace loses no run, and all move within five seconds of its return", async () => {
    const ids = ["run_1", "run_2", "run_3", "run_4", "run_5", "run_6"];
    const late = "run_7";
    const server = await startRedis();
    const settings = { concurrency: 4, sliceMs: 100 };
    const both = [start(settings), start(settings)];
    await areReady(both);
    await addRuns(ids);
    await Promise.all(both.map((worker) => worker.until((event) => event.event === "step")));

    await server.kill();
    await addRuns([late]);
    ids.push(late);
    await vi.waitFor(async () => {
      const states = await Promise.all(ids.map(async (id) => (await findRun(store, id)).state));
      expect(states).not.toContain("working"); // slices end, and no bell can be rung for the next
    });
    await server.restart();
    const backAt = Date.now();
    const began = (event: WorkerEvent): boolean => event.event === "began" && event.at >= backAt;
    const again = await Promise.race(both.map((worker) => worker.until(began)));
    await finish(ids);

    expect(again.at - backAt).toBeLessThan(5_000);
    expect(await whatHappened(ids)).toEqual(eachStepOnce(ids));
  });
});
