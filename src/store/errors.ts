// What the store refuses, as errors that callers catch.

import { AppError } from "../base/errors.ts";
import type { Lease } from "../domain/run.ts";

/** The caller is no longer the worker of this run (I8). Nothing was written; stop at once, touch nothing. */
export class LeaseLost extends AppError<"store.lease_lost"> {
  constructor(lease: Lease) {
    super(
      "store.lease_lost",
      `Run ${lease.run} was taken over: epoch ${lease.epoch} may not write any more.`,
      {
        facts: { run: lease.run, epoch: lease.epoch },
      },
    );
  }
}

/** A result was already journalled for the step (I4). */
export class StepAlreadySettled extends AppError<"store.step_settled"> {
  constructor(run: string, n: number) {
    super("store.step_settled", `Step ${n} of run ${run} has its result already; a second one was refused.`, {
      facts: { run, step: n },
    });
  }
}

/** A stored row that this version cannot read. Names table and key; nothing of its content. */
export class CorruptRow extends AppError<"store.corrupt_row"> {
  constructor(table: string, key: string, cause: unknown) {
    super(
      "store.corrupt_row",
      `The row ${key} of table ${table} cannot be read. Restore it from a backup or delete it.`,
      {
        cause,
        facts: { table, key },
      },
    );
  }
}

/** It says of itself, whole and well, that it is of a kind that this version does not know: a newer one wrote it. */
export class NewerRow extends CorruptRow {
  /** When it was written, where its table tells. */
  readonly since: number | undefined;

  constructor(table: string, key: string, cause: unknown, since: number | undefined) {
    super(table, key, cause);
    this.since = since;
  }
}

/** Disk full, database read-only or locked for too long: the same write may work later. */
export class StoreUnavailable extends AppError<"store.unavailable"> {
  constructor(message: string, cause: unknown) {
    super("store.unavailable", message, { cause, retry: { kind: "backoff" } });
  }
}

/** The connection broke while a commit was under way: it took effect or not, and the rows tell. */
export class CommitUnknown extends StoreUnavailable {}
