// How long ago something was, by the clock that says more.
//
// The wall clock can be set back; the monotonic one may stand still while a laptop sleeps. A lease is over when either says so.

import type { Clock } from "../base/clock.ts";

export interface Moment {
  readonly wallMs: number;
  /** The same for all threads of the process. */
  readonly monotonicMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.now(), monotonicMs: Number(process.hrtime.bigint() / 1_000_000n) };
}

export function elapsedMs(since: Moment, now: Moment): number {
  return Math.max(now.wallMs - since.wallMs, now.monotonicMs - since.monotonicMs);
}
