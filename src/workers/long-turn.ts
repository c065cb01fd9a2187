// A turn that lasts as long as the work that it is for, of which only one process at a time may do any.
//
//   LT1  It is taken anew by who asks whether it goes on, long before it is over.
//   LT2  Where that was missed it is over for good, whoever has it now: another one may have had it, and be done.

import type { Clock } from "../base/clock.ts";
import type { Store } from "../store/contract.ts";

export interface LongTurnDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly lock: string;
  readonly owner: string;
  /** Who doesn't ask for half of that has lost it. */
  readonly turnMs: number;
}

export interface LongTurn {
  /** LT1: asked before anything that nobody else may be doing. */
  goesOn(): Promise<boolean>;
  /** Gives it to another process. */
  end(): Promise<void>;
}

/** Undefined while another process has it. */
export async function takeLongTurn(deps: LongTurnDeps): Promise<LongTurn | undefined> {
  const { store, clock, lock, owner, turnMs } = deps;
  let ends = 0;
  const take = async (): Promise<boolean> => {
    const now = clock.now();
    const taken = await store.write((tx) => tx.locks.acquire(lock, owner, now, now + turnMs));
    ends = taken ? now + turnMs : 0;
    return taken;
  };
  if (!(await take())) return undefined;
  return {
    async goesOn() {
      if (clock.now() >= ends - turnMs / 2)
        ends = 0; // LT2
      else if (clock.now() >= ends - (turnMs * 3) / 4) await take();
      return ends > 0;
    },
    end: () => store.write((tx) => tx.locks.release(lock, owner)),
  };
}
