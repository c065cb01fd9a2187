// The safety net: each second, in one process of all, it does what a lost bell, a lost hint or a dead process left undone.
//
//   SP1  The rows say what is due. Each part may be done twice, by two sweepers at once, without harm.
//   SP2  Parts don't wait for each other. One that fails is logged and tried again next second; one that hangs is
//        alone in it.
//   SP3  The turn is a lease on the name `sweeper` (turn.ts).
//   SP4  Parts of which the rows say that there is nothing to do are not begun: one statement tells for all of them. A part is begun all
//        the same at the first look, after it failed, and when nothing could be told.
//   SP5  That its turn can't be asked for is said once until the reason changes, and then that it can be again.

import { type CancelTimer, type Clock, every } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "../store/contract.ts";
import type { DueKind } from "../store/contract-due.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createTurn } from "./turn.ts";

/** Something that may be due. `sweep` looks for it and does it; it may reject. */
export interface SweepPart {
  readonly name: string;
  /** It has nothing to do where there is nothing of these (SP4); absent where it looks for itself. */
  readonly about?: readonly DueKind[];
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
  /** No other process can have the database (TN2). */
  readonly alone?: boolean | undefined;
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

export function createSweeper(deps: SweeperDeps): Sweeper {
  const { store, owner, clock, log, lock = sweeperLock, alone } = deps;
  const turn = createTurn({ store, clock, lock, owner, alone });
  const beginParts = beginning(deps);
  let end: CancelTimer | undefined;
  let said: string | undefined;

  const beginAll = async (): Promise<readonly Promise<void>[]> => {
    try {
      if (!(await turn.has())) return [];
      await deps.failpoint?.("sweeper.after-turn");
    } catch (error) {
      const why = errorText(error);
      if (why !== said) log.warn("The sweeper could not ask for its turn.", { error: why });
      said = why;
      return [];
    }
    if (said !== undefined) log.info("The sweeper can ask for its turn again.");
    said = undefined;
    return beginParts();
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
      await turn.give().catch((error: unknown) => {
        log.debug("The sweeper's turn was left to run out.", { error: errorText(error) });
      });
    },
    async sweep() {
      await Promise.all(await beginAll());
    },
  };
}

/** Begins the parts that are due and not still busy from an earlier turn. */
function beginning(deps: SweeperDeps): () => Promise<readonly Promise<void>[]> {
  const { store, parts, clock } = deps;
  const busy = new Set<string>();
  /** Not swept yet, or not to the end. */
  const unsettled = new Set(parts.map(({ name }) => name));
  const kinds = [...new Set(parts.flatMap(({ about = [] }) => about))];

  const begin = async (part: SweepPart): Promise<void> => {
    busy.add(part.name);
    unsettled.add(part.name);
    try {
      await part.sweep();
      unsettled.delete(part.name);
    } catch (error) {
      partFailed(deps, part, error);
    } finally {
      busy.delete(part.name);
    }
  };
  return async () => {
    const due = await store.read((tx) => tx.due.among(kinds, clock.now())).catch(() => new Set(kinds));
    const isDue = ({ name, about }: SweepPart): boolean =>
      about === undefined || unsettled.has(name) || about.some((kind) => due.has(kind));
    return parts.filter((part) => isDue(part) && !busy.has(part.name)).map(begin);
  };
}

function partFailed({ log, meter }: SweeperDeps, { name }: SweepPart, error: unknown): void {
  log.error("A part of the sweep failed.", { part: name, error: errorText(error) });
  meter?.sweepFailed(name);
}
