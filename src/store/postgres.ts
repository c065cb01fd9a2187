// The store on Postgres: for several processes and machines.
//
//   PG1  A write is one transaction on one connection; a read takes whichever connection is free for each query.
//   PG2  A transaction that Postgres undid because of a deadlock or a conflict is run again from its start, a few times.
//   PG3  A transaction that waits for something else is ended by the server after a while (S1), a query that takes too long too.
//   PG4  If the connection breaks during COMMIT its outcome is unknown: the write fails with `CommitUnknown`, and who
//        repeats it meets the fence, the key or the constraint that it left, if it left one.
//   PG5  Statements are sent without waiting for the answers that nobody needs, BEGIN's among them; the server takes them in
//        order. COMMIT is believed only when the server says COMMIT: after a failed statement it says ROLLBACK.
//   PG6  The commit of an ordinary step is one statement without BEGIN and COMMIT (postgres-step.ts): a transaction by itself. Those
//        of several runs that come at once share one (postgres-steps.ts).
//   PG7  Plans are not compiled: for the queries here that took a second where running them takes ten milliseconds.
//   PG8  A row that is named is found by its key (repositories/keyed.ts), whatever the plan was made on: plans of prepared statements
//        outlive the tables' being new.

import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { AppError, errorText } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { Store, Tx } from "./contract.ts";
import { postgresDialect } from "./dialect.ts";
import { postgresFailure } from "./postgres-errors.ts";
import { migratePostgres } from "./postgres-migrate.ts";
import { createStepCommits } from "./postgres-steps.ts";
import { inTransaction, repeated } from "./postgres-transaction.ts";
import { type EndableSession, type Handle, openSession, reportingRows } from "./session.ts";
import { createTx } from "./tx.ts";

export interface PostgresStoreOptions {
  readonly url: string;
  /** 10 if absent. */
  readonly maxConnections?: number;
  readonly log?: Logger;
  /** Takes the tables as they are, also those of a newer version. For who has opened this database before. */
  readonly tablesAsTheyAre?: boolean;
}

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
  const commitStep = createStepCommits(pool);
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
      underWay.run(() =>
        repeated(() =>
          inTransaction(pool, "begin", (client, pending) =>
            writing(openSession(handleOf(client), { pending }), fn),
          ),
        ),
      ),

    commitStep: (commit) => underWay.run(() => commitStep(commit)),

    clock: () =>
      underWay.run(async () => {
        const { rows } = await pool.query<{ now: Date }>("select clock_timestamp() as now");
        return rows[0]?.now.getTime() ?? Number.NaN;
      }),

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

async function writing<T>(session: EndableSession, fn: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    const result = await fn(createTx(session));
    await session.finish();
    return result;
  } finally {
    session.end();
  }
}
