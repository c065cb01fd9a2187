// Group commit: writes that are asked for in the same tick share one transaction, and so one wait for the disk (S2).
//
// Owns: order, isolation and fate of the writes. Does not own: what they do, nor how the database is reached.
//
//   WQ1  Everything between BEGIN and COMMIT happens in microtasks: nobody else gets to run, no I/O is waited for.
//   WQ2  A write that throws is undone alone; the rest of its batch lands. If COMMIT fails, all of the batch fail.
//   WQ3  A write that awaits anything but its `Tx` would hold the database for everybody: if it has not settled by the next
//        turn of the event loop it fails (S1). What it does later with its `Tx` is refused (SE1).
//   WQ4  A failure may end the whole transaction (disk full): the writes before it in the batch fail too, those after it get a
//        transaction of their own.
//   WQ5  A batch is bounded, in writes and in the time that they take, so that a flood of them does not keep the event loop from
//        everything else.
//   WQ6  Where several came at once more are on their way: the batch waits one turn longer for them. One alone does not wait.
//   WQ7  Writes that somebody is to be answered for go first, without those that nobody waits for. Some of these are in every second
//        batch at the latest, however many somebody waits for: so neither waits for long.

import { AppError } from "../base/errors.ts";
import { StoreUnavailable } from "./errors.ts";

/** The database as the queue drives it; every call is synchronous. */
export interface WriteConnection {
  begin(): void;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
  inTransaction(): boolean;
  /** The error in the store's own words. */
  failure(error: unknown): unknown;
}

/** Something to do inside a transaction; `end` is called once, when it may do no more. */
export interface Write<T> {
  /** WQ7. */
  readonly awaited?: boolean;
  run(): Promise<T>;
  end(): void;
}

export interface WriteQueue {
  add<T>(write: Write<T>): Promise<T>;
  /** Resolves when nothing is under way. What is added later is refused. */
  close(): Promise<void>;
}

interface Job {
  readonly awaited: boolean;
  readonly run: () => Promise<unknown>;
  readonly end: () => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Finished {
  readonly job: Job;
  readonly value: unknown;
}

const maxBatch = 64;
/** So many share a commit, however long they take; of more only what fits into the time. */
const leastBatch = 8;
const longestBatchMs = 5;
/** What nobody waits for has that many places among those that share a commit however long they take. */
const leastOthers = 4;

export function createWriteQueue(connection: WriteConnection): WriteQueue {
  const waiting: Waiting = { awaited: [], others: [] };
  let flushing: Promise<void> | undefined;
  let closed = false;

  const flushAll = async (): Promise<void> => {
    let withOthers = false;
    while (waiting.awaited.length + waiting.others.length > 0) {
      await nextTurn();
      if (comingNext(waiting, withOthers) > 1) await nextTurn(); // WQ6
      const without: boolean = waiting.awaited.length > 0 && !withOthers;
      await runBatch(connection, taken(waiting, without), (left) => putBack(waiting, left));
      withOthers = without; // WQ7
    }
    flushing = undefined;
  };

  return {
    add<T>(write: Write<T>): Promise<T> {
      if (closed)
        return Promise.reject(new AppError("store.closed", "A write came after the store was closed."));
      return new Promise<T>((settle, reject) => {
        const { awaited = false } = write;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is given what this very `run` returned
        const resolve = settle as (value: unknown) => void;
        const job = { awaited, run: () => write.run(), end: () => write.end(), resolve, reject };
        (awaited ? waiting.awaited : waiting.others).push(job);
        flushing ??= flushAll();
      });
    },
    async close() {
      closed = true;
      await flushing;
    },
  };
}

interface Waiting {
  readonly awaited: Job[];
  readonly others: Job[];
}

function comingNext({ awaited, others }: Waiting, withOthers: boolean): number {
  return awaited.length > 0 && !withOthers ? awaited.length : awaited.length + others.length;
}

function taken({ awaited, others }: Waiting, withoutOthers: boolean): readonly Job[] {
  if (withoutOthers) return awaited.splice(0, maxBatch);
  const first = awaited.splice(0, leastBatch - leastOthers);
  const some = others.splice(0, leastOthers);
  const more = awaited.splice(0, maxBatch - first.length - some.length);
  return [
    ...first,
    ...some,
    ...more,
    ...others.splice(0, maxBatch - first.length - some.length - more.length),
  ];
}

function putBack({ awaited, others }: Waiting, jobs: readonly Job[]): void {
  awaited.unshift(...jobs.filter((job) => job.awaited));
  others.unshift(...jobs.filter((job) => !job.awaited));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Settles the jobs of the batch but for those that it gives back for want of time (WQ5). Never rejects. */
async function runBatch(
  connection: WriteConnection,
  given: readonly Job[],
  giveBack: (left: readonly Job[]) => void,
): Promise<void> {
  const alone = given.length === 1;
  const until = performance.now() + longestBatchMs;
  let batch = given;
  let finished: Finished[] = [];
  try {
    for (const [place, job] of given.entries()) {
      if (place >= leastBatch && performance.now() > until) {
        batch = given.slice(0, place);
        giveBack(given.slice(place));
        break;
      }
      if (!connection.inTransaction()) connection.begin();
      const failure = await runJob(connection, job, alone, finished);
      if (connection.inTransaction()) continue;
      for (const lost of finished) lost.job.reject(undone(failure)); // WQ4
      finished = [];
    }
    if (connection.inTransaction()) connection.commit();
    for (const { job, value } of finished) job.resolve(value);
  } catch (error) {
    if (connection.inTransaction()) connection.rollback();
    const failure = connection.failure(error);
    for (const job of batch) {
      job.end();
      job.reject(failure); // of no effect on those that have failed by themselves
    }
  }
}

/** Adds the job to `finished`, or rejects it and returns why. */
async function runJob(
  connection: WriteConnection,
  job: Job,
  alone: boolean,
  finished: Finished[],
): Promise<unknown> {
  if (!alone) connection.savepoint();
  try {
    const value = await withinMicrotasks(job);
    if (!connection.inTransaction()) throw undone(undefined);
    if (!alone) connection.release();
    finished.push({ job, value });
    return undefined;
  } catch (error) {
    undo(connection, alone);
    const failure = connection.failure(error);
    job.reject(failure);
    return failure;
  }
}

/** After a failure SQLite may have ended the transaction by itself. */
function undo(connection: WriteConnection, alone: boolean): void {
  if (!connection.inTransaction()) return;
  if (alone) return connection.rollback();
  connection.rollbackToSavepoint();
  connection.release();
}

/** WQ3. */
function withinMicrotasks(job: Job): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const over = setImmediate(() => {
      job.end();
      reject(heldTooLong());
    });
    const settle = (): void => {
      clearImmediate(over);
      job.end();
    };
    job.run().then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

function heldTooLong(): AppError {
  return new AppError(
    "store.tx_awaits",
    "A transaction waited for something other than its own calls, and was undone. Do such work before it or after it.",
  );
}

function undone(cause: unknown): StoreUnavailable {
  return new StoreUnavailable(
    "A write was undone with the transaction that it shared. It may be repeated.",
    cause,
  );
}
