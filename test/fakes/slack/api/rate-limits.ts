// Slack's rate limits as token buckets: a post is counted per channel, every other call per workspace and method.

import type { Clock } from "../../../../src/base/clock.ts";
import type { Bucket, Limits } from "../types.ts";

export const tier2: Bucket = { capacity: 20, perSecond: 20 / 60 };
export const tier3: Bucket = { capacity: 50, perSecond: 50 / 60 };
export const tier4: Bucket = { capacity: 100, perSecond: 100 / 60 };
/** One a second in a channel; short bursts pass. */
export const onePerSecond: Bucket = { capacity: 4, perSecond: 1 };

export interface RateLimits extends Limits {
  /** Seconds to wait, or undefined where the call may go on and was counted. */
  take(method: string, place: string, usual: Bucket): number | undefined;
}

export function createRateLimits(clock: Clock): RateLimits {
  const own = new Map<string, Bucket>();
  const levels = new Map<string, { level: number; at: number }>();
  let enforced = true;
  return {
    on: () => void (enforced = true),
    off: () => void (enforced = false),
    set(method, bucket) {
      own.set(method, bucket);
      for (const key of levels.keys()) if (key.startsWith(`${method} `)) levels.delete(key);
    },
    take(method, place, usual) {
      if (!enforced) return undefined;
      const bucket = own.get(method) ?? usual;
      const key = `${method} ${place}`;
      const now = clock.now();
      const before = levels.get(key) ?? { level: bucket.capacity, at: now };
      const gained = ((now - before.at) / 1000) * bucket.perSecond;
      const level = Math.min(bucket.capacity, before.level + Math.max(0, gained));
      levels.set(key, { level: level >= 1 ? level - 1 : level, at: now });
      if (level >= 1) return undefined;
      return Math.max(1, Math.ceil((1 - level) / bucket.perSecond));
    },
  };
}
