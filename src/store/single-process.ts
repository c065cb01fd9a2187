// What belongs to one process at a time. Without Redis the queue is in one process's memory: a second process on the same
// SQLite file would work the same runs.
//
//   SP1  The claim is a lock of the operating system on a file beside the one that is claimed. It ends with the process,
//        however that ends; there is nothing to clean up after a crash.
//   SP2  It holds until it is released, also if the caller has forgotten it.

import path from "node:path";
import { type default as Database, SqliteError } from "better-sqlite3";
import { AppError } from "../base/errors.ts";
import { openLasting } from "./lasting-statements.ts";
import { makeDataFolder } from "./data-folder.ts";
import { sqliteFailure } from "./sqlite-errors.ts";

export interface FileClaim {
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
export function claimDatabase(databasePath: string): FileClaim {
  return claimFile(databasePath, () => new DatabaseInUse(databasePath));
}

/** SP2: a connection that nobody refers to would be closed. The process has one listener for however many there are. */
const held = new Set<Database.Database>();

/** Throws what `inUse` makes while another process, or another claim in this one, holds the file. */
export function claimFile(file: string, inUse: () => AppError): FileClaim {
  makeDataFolder(path.dirname(path.resolve(file)));
  const lock = openLock(`${file}.lock`);
  try {
    lock.exec("begin exclusive");
  } catch (error) {
    lock.close();
    const busy = error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
    throw busy ? inUse() : sqliteFailure(error, `${file}.lock`);
  }
  if (held.size === 0) process.once("exit", letGo);
  held.add(lock);
  return {
    release() {
      lock.close();
      if (held.delete(lock) && held.size === 0) process.off("exit", letGo);
    },
  };
}

function letGo(): void {
  for (const lock of held) lock.close();
  held.clear();
}

function openLock(file: string): Database.Database {
  try {
    return openLasting(file, { timeout: 0 });
  } catch (error) {
    throw sqliteFailure(error, file);
  }
}
