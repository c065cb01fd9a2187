// What better-sqlite3 throws, in the words of the store. The only file that knows its codes.

import { SqliteError } from "better-sqlite3";
import { AppError } from "../base/errors.ts";
import { StoreUnavailable } from "./errors.ts";

const unavailable: Readonly<Record<string, (path: string) => string>> = {
  SQLITE_FULL: (path) =>
    `Writing to the database ${path} failed: the disk is full. Free some space; the write may be repeated then.`,
  SQLITE_READONLY: (path) =>
    `Writing to the database ${path} failed: it is read-only. Check the rights of the file and its folder.`,
  SQLITE_BUSY: (path) =>
    `The database ${path} stayed locked by another process. End what holds it, a backup or a shell.`,
  SQLITE_LOCKED: (path) => `The database ${path} stayed locked. End what holds it, a backup or a shell.`,
  SQLITE_IOERR: (path) => `Reading or writing the database ${path} failed. Check its disk.`,
  SQLITE_CANTOPEN: (path) =>
    `The database ${path} cannot be opened. Check that its folder exists and may be written to.`,
  SQLITE_PROTOCOL: (path) =>
    `The database ${path} could not be locked: other processes came first each time. Try again; end those that are no longer needed.`,
  SQLITE_PERM: (path) =>
    `The database ${path} may not be accessed. Check the rights of the file and its folder.`,
};

type VendorError = InstanceType<typeof SqliteError>;

/** `error` as the store's own where it is one of SQLite's foreseen failures; anything else unchanged. */
export function sqliteFailure(error: unknown, path: string): unknown {
  const cause = vendorError(error);
  if (!cause) return error;
  const message = unavailable[primaryCode(cause.code)];
  if (message) return new StoreUnavailable(message(path), cause);
  if (cause.code.startsWith("SQLITE_CORRUPT") || cause.code === "SQLITE_NOTADB") {
    return new AppError(
      "store.corrupt_database",
      `The database ${path} is damaged or not an SQLite database. Restore it from a backup, or set DEPUTY_DATA to another folder.`,
      { cause },
    );
  }
  return cause;
}

/** Extended codes are `SQLITE_IOERR_FSYNC`: the second word is the family. */
function primaryCode(code: string): string {
  return code.split("_").slice(0, 2).join("_");
}

/** drizzle wraps some errors, with the statement and its values in the message: those are not passed on. */
function vendorError(error: unknown): VendorError | undefined {
  if (error instanceof SqliteError) return error;
  return error instanceof Error && error.cause instanceof SqliteError ? error.cause : undefined;
}
