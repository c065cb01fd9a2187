// The store on one SQLite file: for one process on one machine (single-process.ts).
//
//   SQ1  One connection writes, through the write queue; another one reads. So nobody sees what is not committed.
//   SQ2  `:memory:` is a file in a temporary folder that goes when the store is closed, so that it behaves like any other;
//        it does not wait for the disk.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { AppError } from "../base/errors.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import type { Store, Tx, WriteHow } from "./contract.ts";
import { asDb, sqliteDialect } from "./dialect.ts";
import { createLogFolding, type FoldedConnection, type LogFolding } from "./log-folding.ts";
import { type Handle, openSession, reportingRows } from "./session.ts";
import { foldAt, openSqlite, type SqliteConnections } from "./sqlite-connections.ts";
import { sqliteFailure } from "./sqlite-errors.ts";
import { sqliteStep } from "./sqlite-step.ts";
import { createTx } from "./tx.ts";
import { createWriteQueue, type WriteConnection } from "./write-queue.ts";

export interface SqliteStoreOptions {
  /** A file, made if it is not there; or `:memory:` (SQ2). */
  readonly path: string;
  /** Takes the tables as they are, also those of a newer version. For who has opened this database before. */
  readonly tablesAsTheyAre?: boolean;
  readonly log?: Logger;
  /** Has a thread fold the log once much is written (log-folding.ts). For who stays. */
  readonly foldsBeside?: boolean;
}

export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  if (options.path !== ":memory:") return openStoreOn(options, "FULL");
  const folder = mkdtempSync(path.join(tmpdir(), "deputy-db-"));
  const store = openStoreOn({ ...options, path: path.join(folder, "deputy.db") }, "OFF");
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openStoreOn(options: SqliteStoreOptions, synchronous: "FULL" | "OFF"): Store {
  const { path: file, log = silentLogger } = options;
  try {
    const connections = openSqlite(file, synchronous, options.tablesAsTheyAre === true);
    const folding = options.foldsBeside === true ? createLogFolding(foldedBy(connections), log) : undefined;
    return sqliteStoreOn(connections, log, folding);
  } catch (error) {
    throw sqliteFailure(error, file);
  }
}

/** Closing the store closes the connections. */
export function sqliteStoreOn(
  connections: SqliteConnections,
  log: Logger = silentLogger,
  folding?: LogFolding,
): Store {
  const unreadable = reportingRows(log);
  const { file, writer, reader } = connections;
  const writing = handleOn(writer, unreadable);
  const reading = handleOn(reader, unreadable);
  const queue = createWriteQueue(writeConnection(writer, file, () => folding?.committed()));
  let step: ReturnType<typeof sqliteStep> | undefined;
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await queue.close();
    await folding?.stop();
    reader.close();
    writer.close();
  };
  return {
    dialect: "sqlite",

    async read<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
      if (closing) throw new AppError("store.closed", "A read came after the store was closed.");
      const session = openSession(reading, { reads: true });
      try {
        return await fn(createTx(session));
      } catch (error) {
        throw sqliteFailure(error, file);
      } finally {
        session.end();
      }
    },

    write<T>(fn: (tx: Tx) => Promise<T>, { awaited = false }: WriteHow = {}): Promise<T> {
      const session = openSession(writing);
      const run = async (): Promise<T> => {
        const result = await fn(createTx(session));
        await session.finish();
        return result;
      };
      return queue.add({ run, end: () => session.end(), awaited });
    },

    commitStep: (commit) =>
      queue.add({ run: () => (step ??= sqliteStep(writer))(commit), end: () => undefined }),

    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function handleOn(connection: Database.Database, unreadable: Handle["unreadable"]): Handle {
  return { db: asDb(drizzle(connection)), dialect: sqliteDialect, statements: new Map(), unreadable };
}

export function foldedBy({ file, writer }: SqliteConnections): FoldedConnection {
  const look = writer.prepare<[], { readonly log: number; readonly checkpointed: number }>(
    "pragma wal_checkpoint(noop)",
  );
  return {
    file,
    foldAt: (pages) => foldAt(writer, pages),
    unfolded() {
      const { log = 0, checkpointed = 0 } = look.get() ?? {};
      return log - checkpointed;
    },
  };
}

function writeConnection(db: Database.Database, file: string, committed: () => void): WriteConnection {
  const begin = db.prepare("begin immediate");
  const commit = db.prepare("commit");
  const rollback = db.prepare("rollback");
  const savepoint = db.prepare("savepoint one");
  const release = db.prepare("release one");
  const rollbackToSavepoint = db.prepare("rollback to one");
  return {
    begin: () => void begin.run(),
    commit() {
      commit.run();
      committed();
    },
    rollback: () => void rollback.run(),
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    rollbackToSavepoint: () => void rollbackToSavepoint.run(),
    inTransaction: () => db.inTransaction,
    failure: (error) => sqliteFailure(error, file),
  };
}
