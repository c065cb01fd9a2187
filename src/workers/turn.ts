// Whose turn it is, of all processes: a lease on a name.
//
//   TN1  It is renewed by the second half of its time, so that an idle installation writes little.
//   TN2  A process that no other one can be beside takes it from whoever had it, and has it for longer: it writes hardly ever.

import type { Clock } from "../base/clock.ts";
import type { Store } from "../store/contract.ts";

export interface TurnDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly lock: string;
  readonly owner: string;
  /** No other process can have the database (store/single-process.ts). */
  readonly alone?: boolean | undefined;
}

export interface Turn {
  /** Whether it is this process's turn now. */
  has(): Promise<boolean>;
  /** Gives it to another process. */
  give(): Promise<void>;
}

const sharedMs = 5_000;
const aloneMs = 60_000;

export function createTurn({ store, clock, lock, owner, alone = false }: TurnDeps): Turn {
  const turnMs = alone ? aloneMs : sharedMs;
  let ends = 0;
  return {
    async has() {
      const now = clock.now();
      if (now < ends - turnMs / 2) return true;
      const until = now + turnMs;
      const freeBy = alone ? Number.MAX_SAFE_INTEGER : now; // TN2
      const acquired = await store.write((tx) => tx.locks.acquire(lock, owner, freeBy, until));
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
