// What the queue refuses, as errors that callers catch.

import { AppError } from "../base/errors.ts";

/** The queue's own store is out of reach or was closed. Nothing is lost: the sweeper rings when it is back. */
export class QueueUnavailable extends AppError<"queue.unavailable"> {
  constructor(message: string, cause?: unknown) {
    super("queue.unavailable", message, { cause, retry: { kind: "backoff" } });
  }
}

/** A Redis address that cannot be one. Settings are checked before anything connects. */
export class BadRedisAddress extends AppError<"queue.bad_address"> {
  constructor(message: string, cause?: unknown) {
    super("queue.bad_address", message, { cause });
  }
}
