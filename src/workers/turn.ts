// Whose turn it is, of all processes: a lease on a name.
//
//   TN1  It is renewed by the second half of its time, so that an idle installation writes little.

import type { Clock } from "../base/clock.ts";
import type { Store } from "../store/contract.ts";

export interface TurnDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly lock: string;
  readonly owner: string;
}

export interface Turn {
  /** Whether it is this process's turn now. */
  has(): Promise<boolean>;
  /** Gives it to another process. */
  give(): Promise<void>;
}

const turnMs = 5_000;

export function createTurn({ store, clock, lock, owner }: TurnDeps): Turn {
  let ends = 0;
  return {
    async has() {
      const now = clock.now();
      if (now < ends - turnMs / 2) return true;
      const until = now + turnMs;
      const acquired = await store.write((tx) => tx.locks.acquire(lock, owner, now, until));
      ends = acquired ? until : 0;
      return acquired;
    },
    async give() {
      if (ends <= clock.now()) return;
      ends = 0;
      await store.write((tx) => tx.locks.release(lock, owner));
    },
  };
}
