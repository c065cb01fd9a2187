// Time as a parameter, so that no test sleeps and a crash can be staged.

/** Ends a timer. Calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms`. Does not keep the process alive. */
  after(ms: number, fn: () => void): CancelTimer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Calls `fn` every `ms`, the next time only after the last call has settled.
 * A rejection goes to `onError` and does not end the series.
 */
export function every(
  clock: Clock,
  ms: number,
  fn: () => Promise<void>,
  onError: (error: unknown) => void,
): CancelTimer {
  let ended = false;
  let cancel: CancelTimer = () => undefined;
  const arm = (): void => {
    if (!ended) cancel = clock.after(ms, () => void fn().catch(onError).finally(arm));
  };
  arm();
  return () => {
    ended = true;
    cancel();
  };
}
