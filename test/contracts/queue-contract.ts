// What every doorbell does (src/queue/contract.ts, Q1 to Q4), run by each driver.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Bell, Hint } from "../../src/domain/bell.ts";
import { asRunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { QueueUnavailable } from "../../src/queue/errors.ts";
import { createGate, type Gate } from "../fakes/gate.ts";

export function aBell(run: string, bell: Partial<Omit<Bell, "run">> = {}): Bell {
  return { run: asRunId(run), segment: 0, priority: 1, ...bell };
}

/** `open` gives a queue with no bells in it; the suite closes it. */
export function queueContract(name: string, open: () => Promise<Queue>): void {
  describe(`queue contract: ${name}`, () => {
    let queue: Queue;
    let seen: string[];
    let gate: Gate;
    const note = async (bell: Bell): Promise<void> => {
      seen.push(bell.run);
    };
    const workers = (concurrency: number) => ({ concurrency, onError: fail });

    beforeEach(async () => {
      queue = await open();
      seen = [];
      gate = createGate();
    });
    afterEach(async () => {
      gate.open();
      await queue.close();
    });

    it("Q1: hands a bell to the handler as it was rung", async () => {
      const bells: Bell[] = [];
      queue.work(async (bell) => void bells.push(bell), workers(1));

      const rung = await queue.ring(aBell("run_a", { segment: 7, priority: 3 }));

      expect(rung).toBe(true);
      await vi.waitFor(() => expect(bells).toEqual([{ run: "run_a", segment: 7, priority: 3 }]));
    });

    it("Q1: keeps bells that are rung before anybody works", async () => {
      await queue.ring(aBell("run_a"));
      await queue.ring(aBell("run_b"));

      queue.work(note, workers(1));

      await vi.waitFor(() => expect(seen).toEqual(["run_a", "run_b"]));
    });

    it("Q2: takes the same run and segment twice as one bell while it waits", async () => {
      await queue.ring(aBell("run_a"));
      await queue.ring(aBell("run_a", { priority: 9 }));

      expect(await queue.depth()).toEqual({ waiting: 1, active: 0 });
      queue.work(note, workers(1));
      await queue.ring(aBell("run_b"));
      await vi.waitFor(() => expect(seen).toEqual(["run_a", "run_b"]));
    });

    it("Q2: takes the same run and segment twice as one bell while its handler runs", async () => {
      const handle = async (bell: Bell): Promise<void> => {
        seen.push(bell.run);
        await gate.opened;
      };
      queue.work(handle, workers(2));
      await queue.ring(aBell("run_a"));
      await vi.waitFor(() => expect(seen).toEqual(["run_a"]));

      await queue.ring(aBell("run_a"));
      await queue.ring(aBell("run_b"));

      await vi.waitFor(() => expect(seen).toEqual(["run_a", "run_b"]));
      gate.open();
    });

    it("Q2: takes a bell of the same name again once its handler has settled", async () => {
      queue.work(note, workers(1));
      await queue.ring(aBell("run_a"));
      await vi.waitFor(async () => {
        expect(seen).toEqual(["run_a"]);
        expect(await queue.depth()).toEqual({ waiting: 0, active: 0 });
      });

      await queue.ring(aBell("run_a"));

      await vi.waitFor(() => expect(seen).toEqual(["run_a", "run_a"]));
    });

    it("Q2: takes another segment of the same run as another bell", async () => {
      await queue.ring(aBell("run_a", { segment: 1 }));
      await queue.ring(aBell("run_a", { segment: 2 }));

      expect(await queue.depth()).toEqual({ waiting: 2, active: 0 });
    });

    it("Q3: hands out lower priority numbers first, equal ones in order of ringing", async () => {
      await queue.ring(aBell("run_c", { priority: 5_000_000 }));
      await queue.ring(aBell("run_b1", { priority: 2 }));
      await queue.ring(aBell("run_a1", { priority: 0 }));
      await queue.ring(aBell("run_b2", { priority: 2 }));
      await queue.ring(aBell("run_a2", { priority: 0 }));

      queue.work(note, workers(1));

      await vi.waitFor(() => expect(seen).toEqual(["run_a1", "run_a2", "run_b1", "run_b2", "run_c"]));
    });

    it("Q4: ends the bell of a handler that rejects, tells why, and goes on", async () => {
      const errors: unknown[] = [];
      const broken = new Error("broken");
      const handle = async (bell: Bell): Promise<void> => {
        seen.push(bell.run);
        if (bell.run === "run_bad") throw broken;
      };
      queue.work(handle, { concurrency: 1, onError: (error) => errors.push(error) });

      await queue.ring(aBell("run_bad"));
      await queue.ring(aBell("run_good"));

      await vi.waitFor(async () => {
        expect(seen).toEqual(["run_bad", "run_good"]);
        expect(await queue.depth()).toEqual({ waiting: 0, active: 0 });
      });
      expect(errors).toEqual([broken]);
    });

    it("runs as many handlers at once as it was told, and no more", async () => {
      const handle = async (bell: Bell): Promise<void> => {
        seen.push(bell.run);
        await gate.opened;
      };
      queue.work(handle, workers(2));

      for (const run of ["run_a", "run_b", "run_c"]) await queue.ring(aBell(run));

      await vi.waitFor(async () => {
        expect(await queue.depth()).toEqual({ waiting: 1, active: 2 });
        expect(seen).toEqual(["run_a", "run_b"]);
      });
      gate.open();
      await vi.waitFor(() => expect(seen).toHaveLength(3));
    });

    it("waits for the running handler when it is stopped, and hands out nothing more", async () => {
      let ended = false;
      const handle = async (bell: Bell): Promise<void> => {
        seen.push(bell.run);
        await gate.opened;
        ended = true;
      };
      const ringing = queue.work(handle, workers(1));
      await queue.ring(aBell("run_a"));
      await vi.waitFor(() => expect(seen).toEqual(["run_a"]));
      await queue.ring(aBell("run_b"));

      const stopped = Promise.all([ringing.stop(), ringing.stop()]);
      expect(ended).toBe(false);
      gate.open();
      await stopped;

      expect(ended).toBe(true);
      expect(seen).toEqual(["run_a"]);
    });

    it("tells hints to the listeners of this process, until they leave", async () => {
      const heard: Hint[] = [];
      const late: Hint[] = [];
      queue.onHint((hint) => heard.push(hint));
      const leave = queue.onHint((hint) => late.push(hint));

      queue.hint({ kind: "stop", run: asRunId("run_a") });
      await vi.waitFor(() => expect(late).toHaveLength(1));
      leave();
      queue.hint({ kind: "outbox" });

      await vi.waitFor(() => expect(heard).toEqual([{ kind: "stop", run: "run_a" }, { kind: "outbox" }]));
      expect(late).toHaveLength(1);
    });

    it("refuses with QueueUnavailable once it is closed", async () => {
      await queue.ping();

      await queue.close();

      await expect(queue.ring(aBell("run_a"))).rejects.toBeInstanceOf(QueueUnavailable);
      await expect(queue.ping()).rejects.toBeInstanceOf(QueueUnavailable);
    });
  });
}

function fail(error: unknown): void {
  throw error;
}
