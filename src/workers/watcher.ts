// Looks once a second at the rows of the runs that this process works on, all in one query, and passes on what it sees:
// somebody wants a run stopped or held up, or somebody else works on it. A hint brings the look forward; the row decides.

import { type CancelTimer, type Clock, every } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Queue } from "../queue/contract.ts";
import type { Store } from "../store/contract.ts";
import type { WatchedRun } from "../store/contract-runs.ts";
import type { HeldRuns } from "./held-runs.ts";

export interface WatcherDeps {
  readonly store: Store;
  readonly queue: Pick<Queue, "onHint">;
  readonly held: HeldRuns;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
}

export interface Watcher {
  start(): void;
  stop(): void;
  /** Never rejects. */
  look(): Promise<void>;
}

export function createWatcher(deps: WatcherDeps): Watcher {
  const { store, queue, held, clock, log } = deps;
  let endings: CancelTimer[] = [];

  const look = async (): Promise<void> => {
    const ids = held.ids();
    if (ids.length === 0) return;
    try {
      const rows = await store.read((tx) => tx.runs.watch(ids));
      for (const row of rows) passOn(held, row);
    } catch (error) {
      log.warn("The runs at work could not be looked at.", { runs: ids.length, error: errorText(error) });
    }
  };
  return {
    look,
    start() {
      endings = [
        every(clock, deps.everyMs, look, () => undefined), // `look` never rejects
        queue.onHint((hint) => {
          if (hint.kind === "stop" && held.find(hint.run)) void look();
        }),
      ];
    },
    stop() {
      for (const end of endings) end();
      endings = [];
    },
  };
}

function passOn(held: HeldRuns, row: WatchedRun): void {
  const run = held.find(row.run);
  if (!run) return;
  if (row.epoch !== run.lease.epoch) run.abandon();
  else if (row.stopRequestedBy !== undefined) run.stop();
  else if (row.heldUp) run.park();
}
