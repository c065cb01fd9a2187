// I3 on any doorbell: one person's flood does not make another person wait. Time is counted in segments that ended, and a
// segment ends when the test says so, so that no machine is too slow for the measurement.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createWorkers, type Workers } from "../../src/workers/create-workers.ts";
import { createHandDrivenRuntime, type HandDrivenRuntime } from "../workers/hand-driven-runtime.ts";
import { addRunIn } from "../workers/rows.ts";

const flood = 2_000;
const patience = { interval: 5 };

export function fairnessContract(name: string, open: () => Promise<Queue>): void {
  describe(`fairness (I3): ${name}`, { timeout: 60_000 }, () => {
    let store: Store;
    let queue: Queue;
    let runtime: HandDrivenRuntime;
    let workers: Workers;

    beforeEach(async () => {
      store = await createSqliteStore({ path: ":memory:" });
      queue = await open();
      await vi.waitFor(() => queue.ping(), patience);
      runtime = createHandDrivenRuntime(store);
    });
    afterEach(async () => {
      const stopped = workers.stop();
      for (const segment of runtime.running()) segment.giveUp();
      await stopped;
      await queue.close();
      await store.close();
    });

    const start = async (concurrency: number): Promise<void> => {
      const nothing = async (): Promise<void> => undefined;
      workers = createWorkers({
        store,
        queue,
        runtime,
        openLeases: () => ({ hold: () => undefined, drop: () => undefined, stop: nothing }),
        acts: {
          expireWait: nothing,
          nudge: nothing,
          routeInbox: nothing,
          failPoison: nothing,
        },
        surroundings: { clock: systemClock, log: silentLogger, failpoint: noFailpoints },
        settings: { nonce: "w_1", concurrency, tenants: "one", leaseMs: 3_600_000, sliceMs: 3_600_000 },
      });
      await workers.start();
    };
    /** As the gateway does it: the rows first, then a bell each with the priority of its time. */
    const ask = async (person: string, ids: readonly string[]): Promise<void> => {
      const bells = await store.write(async (tx) => {
        const made = [];
        for (const id of ids) {
          const priority = await tx.runs.priority(asTenantId("local"), asPersonKey(`local:local:${person}`));
          const run = await addRunIn(tx, id, { person, now: systemClock.now() });
          if (run) made.push({ run: run.id, segment: run.segment, priority });
        }
        return made;
      });
      await Promise.all(bells.map((bell) => queue.ring(bell)));
    };
    const floodBy = (person: string): Promise<void> =>
      ask(
        person,
        Array.from({ length: flood }, (_, i) => `run_${person}${i}`),
      );
    const begins = (run: string): Promise<void> =>
      vi.waitFor(() => expect(runtime.begun).toContain(run), patience);
    /** Ends segments, oldest first, until the run has begun; returns how many ended before. */
    const waitOf = async (run: string): Promise<number> => {
      let ended = 0;
      while (!runtime.begun.some((begun) => begun === run)) {
        const begun = runtime.begun.length;
        runtime.running()[0]?.finish();
        ended += 1;
        await vi.waitFor(() => expect(runtime.begun.length).toBeGreaterThan(begun), patience);
      }
      return ended;
    };

    it("lets another person's runs begin at once beside a flood of 2,000", async () => {
      await start(4);
      await floodBy("ana");
      await vi.waitFor(() => expect(runtime.running()).toHaveLength(2), patience);

      for (let i = 0; i < 5; i += 1) {
        await ask("bo", [`run_bo${i}`]);
        await begins(`run_bo${i}`);
        runtime.find(`run_bo${i}`).finish();
      }

      // Alone they wait for no segment to end. Here no segment of the flood has ended, so none made room for them.
      const ofAna = runtime.begun.filter((run) => run.startsWith("run_ana"));
      expect(ofAna).toEqual(["run_ana0", "run_ana1"]);
    });

    it("has another person's run done in three times its own time where there is one slot only", async () => {
      await start(1);
      await floodBy("ana");
      await vi.waitFor(() => expect(runtime.running()).toHaveLength(1), patience);

      await ask("bo", ["run_bo"]);
      const waited = await waitOf("run_bo");

      // Alone it takes one segment. Here it waits for the one that runs, and for one more that was rung before it.
      expect(waited + 1).toBeLessThanOrEqual(3);
    });

    it("goes on with the flood as its segments end, within its share", async () => {
      await start(4);
      await floodBy("ana");
      await vi.waitFor(() => expect(runtime.running()).toHaveLength(2), patience);

      for (let i = 0; i < 10; i += 1) {
        const begun = runtime.begun.length;
        runtime.running()[0]?.finish();
        await vi.waitFor(() => expect(runtime.begun.length).toBeGreaterThan(begun), patience);
      }

      expect(runtime.begun).toHaveLength(12);
      expect(runtime.running()).toHaveLength(2);
    });
  });
}
