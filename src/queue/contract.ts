// The doorbell (design 9): it says "look at run X now" and nothing else. Transport only; knows no meaning.
//
//   Q1  At least once, while the queue's own store lives. Losing every bell loses no work: the sweeper rings again.
//   Q2  The same run and segment twice is one bell until its handler has settled.
//   Q3  Lower priority numbers are handed out first; equal ones in order of ringing.
//   Q4  A handler that rejects ends its bell. There are no retries, delays or schedules in here.

import type { Bell, Hint } from "../domain/bell.ts";

export interface Queue {
  readonly kind: "embedded" | "redis";
  /** False if the queue is full and the bell was left to the sweeper. Rejects with `QueueUnavailable` when it is down. */
  ring(bell: Bell): Promise<boolean>;
  /** Starts handing out bells, at most `concurrency` at once. Call once per process. */
  work(handle: BellHandler, options: WorkOptions): Ringing;
  /** Tells other processes (and this one). May be lost. Never rejects. */
  hint(hint: Hint): void;
  onHint(listener: (hint: Hint) => void): () => void;
  /** Bells that are waiting and being handled, in all processes. */
  depth(): Promise<{ readonly waiting: number; readonly active: number }>;
  /** Rejects with `QueueUnavailable` when it cannot be reached. */
  ping(): Promise<void>;
  /** Hands out nothing more. Does not wait for handlers: `Ringing.stop` does. Twice is once. */
  close(): Promise<void>;
}

export type BellHandler = (bell: Bell) => Promise<void>;

export interface WorkOptions {
  readonly concurrency: number;
  readonly onError: (error: unknown) => void;
}

export interface Ringing {
  /** Hands out nothing more, waits for the handlers that run. Twice is once. */
  stop(): Promise<void>;
}
