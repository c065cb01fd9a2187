// One signal for "the caller no longer wants it" and "it takes too long", with the reason kept apart.

import type { Clock } from "../base/clock.ts";
import { NetError } from "./errors.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  /** Lets go of the timer and of the caller's signal. */
  end(): void;
}

/** Aborts with a `NetError`: `net.aborted` when `signal` does, `net.timeout` after `timeoutMs` if that is given. */
export function createDeadline(
  clock: Clock,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
  what: string,
): Deadline {
  const controller = new AbortController();
  const aborted = (): void =>
    controller.abort(new NetError("net.aborted", `Fetching ${what} was stopped before it was done.`));
  const late = (afterMs: number): void =>
    controller.abort(
      new NetError(
        "net.timeout",
        `Fetching ${what} took more than ${afterMs / 1000} seconds and was given up.`,
        {
          retry: { kind: "backoff" },
        },
      ),
    );
  const cancel = timeoutMs === undefined ? () => undefined : clock.after(timeoutMs, () => late(timeoutMs));
  if (signal?.aborted) aborted();
  else signal?.addEventListener("abort", aborted, { once: true });
  return {
    signal: controller.signal,
    end() {
      cancel();
      signal?.removeEventListener("abort", aborted);
    },
  };
}
