// Rings for what the rows say is runnable: after a segment has ended, after a takeover, and each second by the sweeper.

import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Queue } from "../queue/contract.ts";
import type { Store } from "../store/contract.ts";
import type { Shares } from "./shares.ts";

export interface RingerDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly shares: Shares;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Ringer {
  /**
   * Never rejects. While a call is under way further ones become one more after it. Gives up at the first bell that the
   * queue does not take: the next call begins again.
   */
  ringRunnable(): Promise<void>;
}

/** More wait in rows; ringing for all of a backlog would only fill the queue. */
const bellsAtOnce = 200;

export function createRinger(deps: RingerDeps): Ringer {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let away = false;

  const ring = async (): Promise<void> => {
    const { store, queue, shares, clock, log } = deps;
    try {
      const bells = await store.read((tx) => tx.runs.runnable(clock.now(), shares.limits(), bellsAtOnce));
      for (const bell of bells) {
        if (!(await queue.ring(bell))) break;
      }
      if (away) log.info("Bells are rung again.");
      away = false;
    } catch (error) {
      if (!away)
        log.warn("Runnable runs could not be rung for; trying each second.", { error: errorText(error) });
      away = true;
    }
  };
  const begin = (): Promise<void> => {
    current = ring().finally(() => {
      current = undefined;
    });
    return current;
  };
  return {
    ringRunnable() {
      if (current === undefined) return begin();
      next ??= current.then(() => {
        next = undefined;
        return begin();
      });
      return next;
    },
  };
}
