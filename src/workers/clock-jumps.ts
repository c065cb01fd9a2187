// Tells a jump of the wall clock (set forward or back, or a laptop that slept) from time that passed.

import type { Clock } from "../base/clock.ts";
import { type Moment, momentOf } from "../store/lease-time.ts";

export interface Jump {
  /** The wall clock before it. */
  readonly from: number;
  /** Negative if it was set back. */
  readonly ms: number;
}

/** Smaller ones are slow looks and clocks that are being set right. */
const smallestMs = 30_000;

/** Each call looks at what happened since the last one. */
export function watchClock(clock: Clock): () => Jump | undefined {
  let last: Moment = momentOf(clock);
  return () => {
    const now = momentOf(clock);
    const ms = now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs);
    const from = last.wallMs;
    last = now;
    return Math.abs(ms) >= smallestMs ? { from, ms } : undefined;
  };
}
