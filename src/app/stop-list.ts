// What has to be stopped, in the order opposite to its start.

import type { Logger } from "../base/logger.ts";

export interface StopList {
  add(stop: () => unknown): void;
  /** Stops everything once, the newest first; one that fails does not keep the others running. */
  run(log?: Logger): Promise<void>;
}

export function createStopList(): StopList {
  const stops: (() => unknown)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (log: Logger | undefined): Promise<void> => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) {
      try {
        await stop();
      } catch (error) {
        log?.error("A part could not be stopped", { error });
      }
    }
  };
  return {
    add: (stop) => void stops.push(stop),
    run(log) {
      running ??= runAll(log);
      return running;
    },
  };
}
