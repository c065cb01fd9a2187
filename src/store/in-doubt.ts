// A commit whose fate is not known (the connection broke under it) is looked up at once, by who made it.
//
//   ID1  The rows tell whether it took effect. What did is not written again; what did not is.
//   ID2  Where the rows can't be read it is tried again with longer and longer pauses, for as long as that may help.

import { CommitUnknown, StoreUnavailable } from "./errors.ts";

export interface InDoubt<T> {
  /** Reports what it is about to commit before it does. */
  readonly attempt: (about: (made: T) => void) => Promise<T>;
  /** Asked once it is in doubt. Rejects where the rows can't be read. */
  readonly tookEffect: (made: T) => Promise<boolean>;
  /** False ends the tries. */
  readonly mayGoOn: () => boolean;
  readonly pause: (ms: number) => Promise<void>;
  /** Told of each failure that leaves it in doubt. */
  readonly doubted: (error: StoreUnavailable) => void;
}

const mostLooks = 20;
const longestPauseMs = 2_000;

export async function committed<T>({ attempt, tookEffect, ...doubt }: InDoubt<T>): Promise<T> {
  let made: T | undefined;
  let inDoubt: T | undefined;
  for (let looks = 0; ; looks += 1) {
    try {
      if (inDoubt !== undefined && (await tookEffect(inDoubt))) return inDoubt;
      return await attempt((now) => (made = now));
    } catch (error) {
      if (error instanceof CommitUnknown) inDoubt = made ?? inDoubt;
      if (inDoubt === undefined || !(error instanceof StoreUnavailable) || looks === mostLooks) throw error;
      if (!doubt.mayGoOn()) throw error;
      doubt.doubted(error);
      if (looks > 0) await doubt.pause(Math.min(longestPauseMs, 50 * 2 ** looks));
    }
  }
}
