// I6 on any database: runs that wait are rows and nothing else, and what is due wakes, each once, beside other work.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { nothingSpent } from "../../src/domain/budget.ts";
import { asRunId } from "../../src/domain/ids.ts";
import { createDesk } from "../../src/gateway/desk.ts";
import { expireWait } from "../../src/gateway/waits-due.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { createWorkers, type Workers, type WorkersActs } from "../../src/workers/create-workers.ts";
import { sweepParts } from "../../src/workers/sweep-parts.ts";
import { createSweeper } from "../../src/workers/sweeper.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { type Execute, park } from "../support/parked-runs.ts";
import { addRun, findRun } from "../workers/rows.ts";
import { testApprovals } from "../support/open-stages.ts";

export interface WaitingBed {
  readonly store: Store;
  readonly execute: Execute;
  close(): Promise<void>;
}

const patience = { timeout: 90_000, interval: 20 };
const due = 500;

export function waitingContract(name: string, openBed: () => Promise<WaitingBed>): void {
  describe(`waiting at scale (I6): ${name}`, { timeout: 180_000 }, () => {
    let bed: WaitingBed;
    let queue: Queue;
    let workers: Workers | undefined;
    /** Runs of all segments so far, in order. */
    let begun: string[];
    let beganAt: Map<string, number>;
    beforeEach(async () => {
      bed = await openBed();
      queue = createEmbeddedQueue({ maxWaiting: 1_000, log: silentLogger });
      begun = [];
      beganAt = new Map();
      workers = undefined;
    });
    afterEach(async () => {
      await workers?.stop();
      await queue.close();
      await bed.close();
    });

    /** Ends each run with its first segment. */
    const runtime: Runtime = {
      async runSegment({ run, lease }) {
        begun.push(run.id);
        beganAt.set(run.id, begun.length);
        await bed.store.write(async (tx) => {
          await tx.runs.advance(lease, run.cursor, run.cursor + 1, nothingSpent);
          await tx.runs.settle(lease, "done", { code: "done" }, systemClock.now());
        });
        return "settled";
      },
    };
    const nothing = async (): Promise<void> => undefined;
    const actsOn = (clock: Clock): WorkersActs => {
      const desk = createDesk({
        store: bed.store,
        queue,
        clock,
        failpoint: noFailpoints,
        log: silentLogger,
        kick: () => undefined,
        checkInMs: 900_000,
      });
      return {
        expireWait: (wait) => expireWait(desk, testApprovals, wait),
        nudge: nothing,
        routeInbox: nothing,
        failPoison: nothing,
      };
    };
    const makeWorkers = (clock: Clock): Workers => {
      workers = createWorkers({
        store: bed.store,
        queue,
        runtime,
        openLeases: () => ({ hold: () => undefined, drop: () => undefined, stop: nothing }),
        acts: actsOn(clock),
        surroundings: { clock, log: silentLogger, failpoint: noFailpoints },
        settings: { nonce: "w_1", concurrency: 4, tenants: "one", leaseMs: 3_600_000, sliceMs: 3_600_000 },
      });
      return workers;
    };
    const idle = 86_400_000;

    it("10,000 parked runs hold no worker, no lease and no timer", async () => {
      const now = systemClock.now();
      await park(bed.store, bed.execute, { name: "asked", copies: 5_000 });
      await park(bed.store, bed.execute, { name: "later", copies: 2_500, dueAt: now + idle });
      await park(bed.store, bed.execute, { name: "timed", copies: 2_500, wakeAt: now + idle });
      const clock = createManualClock(now);

      await makeWorkers(clock).start();
      const timers = clock.pending();
      await clock.advance(5_000);

      expect(begun).toEqual([]);
      expect(workers?.busy()).toBe(0);
      expect(clock.pending()).toBeLessThanOrEqual(timers);
      const parked = await bed.store.read((tx) => tx.runs.list({ states: ["waiting"], limit: 20_000 }));
      expect(parked).toHaveLength(10_000);
      expect(parked.filter((run) => run.leaseOwner !== undefined || run.leaseUntil !== undefined)).toEqual(
        [],
      );
    });

    it("wakes 200 of a kind in one sweep, so that 1,000 have woken with the third", async () => {
      const now = systemClock.now();
      await park(bed.store, bed.execute, { name: "asked", copies: 9_000 });
      await park(bed.store, bed.execute, { name: "due", copies: due, dueAt: now - 1 });
      await park(bed.store, bed.execute, { name: "timer", copies: due, wakeAt: now - 1 });
      const ringer = { ringRunnable: async () => undefined };
      const parts = sweepParts({ store: bed.store, ringer, acts: actsOn(systemClock), clock: systemClock });
      const sweeper = createSweeper({
        store: bed.store,
        parts,
        owner: "worker-1",
        clock: systemClock,
        log: silentLogger,
        everyMs: 1_000,
      });

      const woken: number[] = [];
      for (let sweep = 1; sweep <= 4; sweep += 1) {
        await sweeper.sweep();
        woken.push(
          (await bed.store.read((tx) => tx.runs.list({ states: ["queued"], limit: 20_000 }))).length,
        );
      }

      expect(woken).toEqual([400, 800, 1_000, 1_000]);
      await sweeper.stop();
    });

    it("wakes 1,000 that are due in the same minute once each, and nothing else, beside other work", async () => {
      const now = systemClock.now();
      await park(bed.store, bed.execute, { name: "asked", copies: 5_000 });
      await park(bed.store, bed.execute, { name: "later", copies: 4_000, dueAt: now + idle });
      await park(bed.store, bed.execute, { name: "due", copies: due, dueAt: now - 1 });
      await park(bed.store, bed.execute, { name: "timer", copies: due, wakeAt: now - 1 });

      await makeWorkers(systemClock).start();
      await vi.waitFor(() => expect(begun.length).toBeGreaterThan(0), patience);
      const other = await addRun(bed.store, "other", { person: "bo", now });
      await queue.ring({ run: other.id, segment: other.segment, priority: 0 });
      await vi.waitFor(() => expect(begun.length).toBeGreaterThanOrEqual(2 * due + 1), patience);
      await vi.waitFor(() => expect(workers?.busy()).toBe(0), patience);

      expect(begun).toHaveLength(2 * due + 1);
      expect(new Set(begun).size).toBe(begun.length);
      expect(begun.filter((run) => !/^(?:due|timer)-|^other$/.test(run))).toEqual([]);
      expect(beganAt.get("other")).toBeLessThan(due);
      const answered = await bed.store.read((tx) => tx.waits.forRun(asRunId(`due-${due}`)));
      expect(answered).toMatchObject([{ state: "resolved", answer: { answer: "Europe", via: "default" } }]);
      expect((await findRun(bed.store, "later-1")).state).toBe("waiting");
      const waiting = await bed.store.read((tx) => tx.runs.list({ states: ["waiting"], limit: 20_000 }));
      expect(waiting).toHaveLength(9_000);
    });
  });
}
