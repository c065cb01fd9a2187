// The safety net: each second, in one process of all, it does what a lost bell, a lost hint or a dead process left undone.
//
//   SP1  The rows say what is due. Each part may be done twice, by two sweepers at once, without harm.
//   SP2  Parts don't wait for each other. One that fails is logged and tried again next second; one that hangs is
//        alone in it.
//   SP3  The turn is a lease on the name `sweeper`, renewed by the second half of its time, so that an idle installation
//        writes little.

import { type CancelTimer, type Clock, every } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "../store/contract.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** Something that may be due. `sweep` looks for it and does it; it may reject. */
export interface SweepPart {
  readonly name: string;
  sweep(): Promise<void>;
}

export interface SweeperDeps {
  readonly store: Store;
  readonly parts: readonly SweepPart[];
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly failpoint?: Failpoints;
  readonly meter?: Pick<Metrics, "sweepFailed"> | undefined;
  readonly everyMs: number;
  /** The name of the turn, where it is not the workers'. */
  readonly lock?: string;
}

export interface Sweeper {
  start(): void;
  /** Gives the turn to another process. */
  stop(): Promise<void>;
  /** Sweeps now if it is this process's turn; resolves when all parts that it began have settled. Never rejects. */
  sweep(): Promise<void>;
}

/** The name of the turn, held by an owner of leases. */
export const sweeperLock = "sweeper";
const turnMs = 5_000;

export function createSweeper(deps: SweeperDeps): Sweeper {
  const { store, owner, clock, log, lock = sweeperLock } = deps;
  const busy = new Map<string, Promise<void>>();
  let turnEnds = 0;
  let end: CancelTimer | undefined;

  const hasTurn = async (): Promise<boolean> => {
    const now = clock.now();
    if (now < turnEnds - turnMs / 2) return true;
    const until = now + turnMs;
    const acquired = await store.write((tx) => tx.locks.acquire(lock, owner, now, until));
    turnEnds = acquired ? until : 0;
    return acquired;
  };
  const begin = (part: SweepPart): Promise<void> => {
    const settled = part
      .sweep()
      .catch((error: unknown) => partFailed(deps, part, error))
      .finally(() => busy.delete(part.name));
    busy.set(part.name, settled);
    return settled;
  };
  /** Begins the parts that are not still busy from an earlier turn. */
  const beginAll = async (): Promise<readonly Promise<void>[]> => {
    try {
      if (!(await hasTurn())) return [];
      await deps.failpoint?.("sweeper.after-turn");
    } catch (error) {
      log.warn("The sweeper could not ask for its turn.", { error: errorText(error) });
      return [];
    }
    return deps.parts.filter((part) => !busy.has(part.name)).map(begin);
  };

  return {
    start() {
      end = every(
        clock,
        deps.everyMs,
        async () => void (await beginAll()),
        () => undefined,
      ); // never rejects
    },
    async stop() {
      end?.();
      end = undefined;
      if (turnEnds <= clock.now()) return;
      turnEnds = 0;
      await store
        .write((tx) => tx.locks.release(lock, owner))
        .catch((error: unknown) => {
          log.debug("The sweeper's turn was left to run out.", { error: errorText(error) });
        });
    },
    async sweep() {
      await Promise.all(await beginAll());
    },
  };
}

function partFailed({ log, meter }: SweeperDeps, { name }: SweepPart, error: unknown): void {
  log.error("A part of the sweep failed.", { part: name, error: errorText(error) });
  meter?.sweepFailed(name);
}
