// A clock that stands still until a test moves it. Timers fire in order of their time, microtasks drained between. It never goes back,
// also where it is moved twice at once.

import { setImmediate as macrotask } from "node:timers/promises";
import type { CancelTimer, Clock } from "../../src/base/clock.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

export interface ManualClock extends Clock {
  /** Moves time on by `ms`, firing what falls due; waits for the event loop between timers. */
  advance(ms: number): Promise<void>;
  /** Sets the time without firing anything: a clock that jumps. */
  jump(ms: number): void;
  pending(): number;
}

export function createManualClock(start = Date.parse("2026-11-23T09:00:00Z")): ManualClock {
  let time = start;
  let order = 0;
  let timers: Timer[] = [];
  const nextDue = (until: number): Timer | undefined =>
    timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  return {
    now: () => time,
    after(ms, fn): CancelTimer {
      order += 1;
      const timer = { at: time + ms, order, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const until = time + ms;
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        time = Math.max(time, due.at);
        due.fn();
        await macrotask();
      }
      time = Math.max(time, until);
      await macrotask();
    },
    jump(ms) {
      time += ms;
    },
    pending: () => timers.length,
  };
}
