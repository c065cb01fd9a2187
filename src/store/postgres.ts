// The store on Postgres: for several processes and machines.
//
//   PG1  A write is one transaction on one connection; a read takes whichever connection is free for each query.
//   PG2  A transaction that Postgres undid because of a deadlock or a conflict is run again from its start, a few times.
//   PG3  A transaction that waits for something else is ended by the server after a while (S1), a query that takes too long too.
//   PG4  If the connection breaks during COMMIT its outcome is unknown: the write fails with `CommitUnknown`, and who
//        repeats it meets the fence, the key or the constraint that it left, if it left one.
//   PG5  Statements are sent without waiting for the answers that nobody needs, BEGIN's among them; the server takes them in
//        order. COMMIT is believed only when the server says COMMIT: after a failed statement it says ROLLBACK.
//   PG6  The commit of an ordinary step is one statement without BEGIN and COMMIT (postgres-step.ts): a transaction by itself.
//   PG7  Plans are not compiled: for the queries here that took a second where running them takes ten milliseconds.

import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { pause } from "../base/abort.ts";
import { systemClock } from "../base/clock.ts";
import { AppError, errorText } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { StepCommit, Store, Tx } from "./contract.ts";
import { postgresDialect } from "./dialect.ts";
import { CommitBroken, isCutOff, isRepeatable, postgresFailure } from "./postgres-errors.ts";
import { migratePostgres } from "./postgres-migrate.ts";
import { commitStep } from "./postgres-step.ts";
import { type Handle, noted, openSession, reportingRows } from "./session.ts";
import { createTx } from "./tx.ts";

export interface PostgresStoreOptions {
  readonly url: string;
  /** 10 if absent. */
  readonly maxConnections?: number;
  readonly log?: Logger;
  /** Takes the tables as they are, also those of a newer version. For who has opened this database before. */
  readonly tablesAsTheyAre?: boolean;
}

const attempts = 5;

export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const database = databaseName(options.url);
  const pool = openPool(options);
  try {
    const client = await pool.connect();
    try {
      if (options.tablesAsTheyAre !== true) await migratePostgres(client, database);
    } finally {
      client.release();
    }
    return storeOn(pool, database, reportingRows(options.log ?? silentLogger));
  } catch (error) {
    await pool.end();
    throw postgresFailure(error, database);
  }
}

/** Server and database, without the credentials in the URL. */
export function databaseName(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** What every connection to Postgres is made with. */
export function connectionSettings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "deputy",
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 15_000,
    options: "-c jit=off", // PG7
  };
}

function openPool(options: PostgresStoreOptions): pg.Pool {
  const log = options.log ?? silentLogger;
  const pool = new pg.Pool({ ...connectionSettings(options.url), max: options.maxConnections ?? 10 });
  const lost = (error: Error): void =>
    log.warn("A database connection was lost", { error: errorText(error) });
  pool.on("error", lost);
  pool.on("connect", (client) => client.on("error", () => undefined)); // the query under way fails and tells
  return pool;
}

function storeOn(pool: pg.Pool, database: string, unreadable: Handle["unreadable"]): Store {
  const handles = new WeakMap<pg.PoolClient, Handle>();
  const handleOf = (client: pg.PoolClient): Handle => {
    const known = handles.get(client);
    if (known) return known;
    const handle = {
      db: drizzle(client),
      dialect: postgresDialect,
      statements: new Map<string, unknown>(),
      unreadable,
    };
    handles.set(client, handle);
    return handle;
  };
  const reading: Handle = { db: drizzle(pool), dialect: postgresDialect, statements: new Map(), unreadable };
  const underWay = createUnderWay(database);
  return {
    dialect: "postgres",

    read: <T>(fn: (tx: Tx) => Promise<T>) =>
      underWay.run(async () => {
        const session = openSession(reading, { reads: true });
        try {
          return await fn(createTx(session));
        } finally {
          session.end();
        }
      }),

    write: <T>(fn: (tx: Tx) => Promise<T>) =>
      underWay.run(() => repeated(() => inTransaction(pool, handleOf, fn))),

    commitStep: (commit) => underWay.run(() => repeated(() => inOneStatement(pool, commit))),

    close: () => underWay.close(() => pool.end()),
  };
}

interface UnderWay {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Ends the pool once nothing is under way: it would forget those who still wait for a connection. */
  close(end: () => Promise<void>): Promise<void>;
}

function createUnderWay(database: string): UnderWay {
  const works = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const settled = async (end: () => Promise<void>): Promise<void> => {
    await Promise.allSettled(works);
    await end();
  };
  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (closing) throw new AppError("store.closed", "The store was used after it was closed.");
      const working = work();
      works.add(working);
      try {
        return await working;
      } catch (error) {
        throw postgresFailure(error, database);
      } finally {
        works.delete(working);
      }
    },
    close(end) {
      closing ??= settled(end);
      return closing;
    },
  };
}

/** PG2. */
async function repeated<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !isRepeatable(error)) throw error;
      await pause(systemClock, attempt * 10); // who won goes on meanwhile
    }
  }
}

/** It is its own commit (PG6), so what breaks it off leaves it as much in doubt (PG4). */
async function inOneStatement(pool: pg.Pool, commit: StepCommit): Promise<boolean> {
  try {
    return await commitStep(pool, commit);
  } catch (error) {
    throw isCutOff(error) ? new CommitBroken(error) : error;
  }
}

async function inTransaction<T>(
  pool: pg.Pool,
  handleOf: (client: pg.PoolClient) => Handle,
  fn: (tx: Tx) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const pending: PromiseLike<unknown>[] = [];
  const session = openSession(handleOf(client), { pending });
  let broken = false;
  let committing = false;
  try {
    pending.push(noted(client.query("begin"))); // PG5
    const result = await fn(createTx(session));
    await session.finish();
    session.end();
    committing = true;
    const committed = client.query("commit");
    await Promise.all([...pending, committed]);
    if ((await committed).command !== "COMMIT") throw wentOn();
    return result;
  } catch (error) {
    session.end();
    broken = !(await rolledBack(client));
    const failure = (await firstFailure(pending)) ?? error;
    throw committing && broken ? new CommitBroken(failure) : failure;
  } finally {
    client.release(broken);
  }
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
