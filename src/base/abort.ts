// Abort helpers: waits that end early.

import type { Clock } from "./clock.ts";

/** Resolves after `ms` of `clock`, or as soon as `signal` aborts. Never rejects. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** What `work` brings, or undefined when it takes longer than `ms` of `clock`: it goes on then. Rejects as `work` does before. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([work, pause(clock, ms, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
