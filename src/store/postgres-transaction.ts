// One transaction on one connection to Postgres: PG1, PG2, PG4 and PG5 of postgres.ts.
//
// Owns: begin, commit, rollback, and what a failure of each means. Does not own: what is done in it.

import pg from "pg";
import { pause } from "../base/abort.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { CommitBroken, isRepeatable } from "./postgres-errors.ts";
import { noted } from "./session.ts";

const attempts = 5;

/** PG2. */
export async function repeated<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !isRepeatable(error)) throw error;
      await pause(systemClock, attempt * 10); // who won goes on meanwhile
    }
  }
}

/** `work` leaves in `pending` the statements that it does not wait for. */
export async function inTransaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient, pending: PromiseLike<unknown>[]) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const pending: PromiseLike<unknown>[] = [];
  let broken = false;
  let committing = false;
  try {
    gather(client);
    pending.push(noted(client.query(begin))); // PG5
    const result = await work(client, pending);
    committing = true;
    gather(client);
    const committed = client.query("commit");
    await Promise.all([...pending, committed]);
    if ((await committed).command !== "COMMIT") throw wentOn();
    return result;
  } catch (error) {
    broken = !(await rolledBack(client));
    const failure = (await firstFailure(pending)) ?? error;
    throw committing && broken ? new CommitBroken(failure) : failure;
  } finally {
    client.release(broken);
  }
}

/** What is asked until somebody waits for an answer leaves in one piece: each piece is a call of the system and wakes the server. */
export function gather(client: pg.PoolClient): void {
  if (!(client instanceof pg.Client)) return;
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** Of statements that were not waited for: what comes after the first that fails fails because of it. */
async function firstFailure(pending: readonly PromiseLike<unknown>[]): Promise<unknown> {
  const outcomes = await Promise.allSettled(pending);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  return failed?.reason;
}

function wentOn(): AppError {
  return new AppError(
    "store.tx_failed",
    "A transaction went on after one of its statements had failed, and was undone. Let the failure end it.",
  );
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query("rollback");
    return true;
  } catch {
    return false; // the connection is gone, and the transaction with it
  }
}
