// Without Redis the queue is in one process's memory: a second process on the same SQLite file would work the same runs.
//
//   SP1  The claim is a lock of the operating system on a file beside the database. It ends with the process, however that
//        ends; there is nothing to clean up after a crash.

import { mkdirSync } from "node:fs";
import path from "node:path";
import Database, { SqliteError } from "better-sqlite3";
import { AppError } from "../base/errors.ts";
import { sqliteFailure } from "./sqlite-errors.ts";

export interface DatabaseClaim {
  release(): void;
}

/** Another process has the database. */
export class DatabaseInUse extends AppError<"store.in_use"> {
  constructor(databasePath: string) {
    super(
      "store.in_use",
      `Another Deputy works on ${databasePath} already. Without Redis the queue lives inside one process, so there can be only one. Stop the other one, or set REDIS_URL (and DATABASE_URL) to run several.`,
    );
  }
}

/** Throws `DatabaseInUse` while another process, or another claim in this one, holds it. */
export function claimDatabase(databasePath: string): DatabaseClaim {
  mkdirSync(path.dirname(path.resolve(databasePath)), { recursive: true, mode: 0o700 });
  const lock = openLock(`${databasePath}.lock`);
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    const busy = error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
    throw busy ? new DatabaseInUse(databasePath) : sqliteFailure(error, `${databasePath}.lock`);
  }
  return { release: () => void lock.close() };
}

function openLock(file: string): Database.Database {
  try {
    return new Database(file, { timeout: 0 });
  } catch (error) {
    throw sqliteFailure(error, file);
  }
}
