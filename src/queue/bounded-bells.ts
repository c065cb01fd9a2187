// Bells that wait in memory for a free hand: most urgent first, never more than `maxWaiting` of them.

import { setImmediate as nextTurn } from "node:timers/promises";
import PQueue from "p-queue";
import { type Bell, bellId } from "../domain/bell.ts";
import type { BellHandler, WorkOptions } from "./contract.ts";

export interface BoundedBells {
  /** False if it is full of bells that are at least as urgent. The same bell twice is once. */
  add(bell: Bell): boolean;
  start(handle: BellHandler, options: WorkOptions): void;
  /** Hands out nothing more; resolves when the handlers that run have settled. */
  stop(): Promise<void>;
  /** Forgets those that wait. */
  clear(): void;
  counts(): { readonly waiting: number; readonly active: number };
}

interface WaitingBell {
  readonly id: string;
  readonly bell: Bell;
  readonly place: AbortController;
}

export function createBoundedBells(maxWaiting: number): BoundedBells {
  const hands = new PQueue({ autoStart: false, concurrency: 1 });
  const waiting = new Map<string, WaitingBell>();
  const active = new Set<string>();
  let worker: { readonly handle: BellHandler; readonly options: WorkOptions } | undefined;

  const handOut = async ({ id, bell }: WaitingBell): Promise<void> => {
    waiting.delete(id);
    active.add(id);
    try {
      await nextTurn();
      await worker?.handle(bell);
    } catch (error) {
      worker?.options.onError(error);
    } finally {
      active.delete(id);
    }
  };
  const drop = (entry: WaitingBell): void => {
    waiting.delete(entry.id);
    entry.place.abort();
  };
  const makeRoom = (bell: Bell): boolean => {
    if (waiting.size < maxWaiting) return true;
    const worst = leastUrgent(waiting.values());
    if (worst === undefined || worst.bell.priority <= bell.priority) return false;
    drop(worst);
    return true;
  };

  return {
    add(bell) {
      const id = bellId(bell);
      if (waiting.has(id) || active.has(id)) return true;
      if (!makeRoom(bell)) return false;
      const entry: WaitingBell = { id, bell, place: new AbortController() };
      waiting.set(id, entry);
      hands
        .add(() => handOut(entry), { priority: -bell.priority, signal: entry.place.signal })
        .catch(() => undefined); // it gave up its place: `handOut` itself never rejects
      return true;
    },
    start(handle, options) {
      worker = { handle, options };
      hands.concurrency = options.concurrency;
      hands.start();
    },
    async stop() {
      hands.pause();
      await hands.onPendingZero();
    },
    clear: () => [...waiting.values()].forEach(drop),
    counts: () => ({ waiting: waiting.size, active: active.size }),
  };
}

/** The bell with the highest number, and of those the one that was rung last. */
function leastUrgent(waiting: Iterable<WaitingBell>): WaitingBell | undefined {
  let worst: WaitingBell | undefined;
  for (const entry of waiting) {
    if (worst === undefined || entry.bell.priority >= worst.bell.priority) worst = entry;
  }
  return worst;
}
