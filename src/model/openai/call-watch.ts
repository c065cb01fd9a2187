// Time limits of one model call, and who ended it (M3).
//
// Silence is measured between events, not bytes: a server that drips keeps nothing alive. Until output begins the
// first-output limit applies, since a model may think for long; from then on the idle limit.

import type { CancelTimer, Clock } from "../../base/clock.ts";

export interface ModelTimeouts {
  readonly firstOutputMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export const defaultModelTimeouts: ModelTimeouts = {
  firstOutputMs: 120_000,
  idleMs: 60_000,
  totalMs: 900_000,
};

export type WatchEnd = "aborted" | "first-output" | "idle" | "total";

export interface ModelWatch {
  /** Aborts when the caller does or a limit is reached. */
  readonly signal: AbortSignal;
  /** Something arrived; `output` when it was part of the answer itself. */
  heard(what: "sign" | "output"): void;
  /** Why `signal` aborted. */
  ended(): WatchEnd | undefined;
  /** Settles with `work`, or rejects as soon as `signal` aborts, whether `work` obeys the signal or not. */
  race<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

export function startModelWatch(clock: Clock, timeouts: ModelTimeouts, caller: AbortSignal): ModelWatch {
  const controller = new AbortController();
  let end: WatchEnd | undefined;
  let begun = false;
  const finish = (why: WatchEnd): void => {
    end ??= why;
    controller.abort();
  };
  const abort = (): void => finish("aborted");
  const waitOn = (): CancelTimer =>
    begun
      ? clock.after(timeouts.idleMs, () => finish("idle"))
      : clock.after(timeouts.firstOutputMs, () => finish("first-output"));
  let cancelSilence = waitOn();
  const cancelTotal = clock.after(timeouts.totalMs, () => finish("total"));
  if (caller.aborted) abort();
  else caller.addEventListener("abort", abort, { once: true });

  return {
    signal: controller.signal,
    heard(what) {
      begun ||= what === "output";
      cancelSilence();
      cancelSilence = waitOn();
    },
    ended: () => end,
    race: (work) => raceWith(work, controller.signal),
    stop() {
      cancelSilence();
      cancelTotal();
      caller.removeEventListener("abort", abort);
    },
  };
}

function raceWith<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error("The model call was ended"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
