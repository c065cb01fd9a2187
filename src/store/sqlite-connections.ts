// The connections to one SQLite file, with the settings that the store's promises rest on.
//
//   SC1  `synchronous=FULL` in WAL mode: a commit has reached the disk when it returns (S3).
//   SC2  The log is folded into the file every 128 pages. That is measured as no slower than the default of 1,000, and keeps
//        what is on disk near what was written. Where much is written a thread does it (log-folding.ts). What it grew to while
//        somebody read for long, a backup for example, is given back to the disk.
//   SC3  A file that is made here is readable by its owner alone, in whatever folder it is; its log takes its rights. One that is
//        there keeps those that it has.

import { closeSync, openSync } from "node:fs";
import path from "node:path";
import type Database from "better-sqlite3";
import { makeDataFolder } from "./data-folder.ts";
import { openLasting } from "./lasting-statements.ts";
import { pagesAlone } from "./log-folding.ts";
import { migrateSqlite } from "./sqlite-migrate.ts";

export interface SqliteConnections {
  readonly file: string;
  readonly writer: Database.Database;
  /** Read-only: sees what is committed, and nothing else. */
  readonly reader: Database.Database;
  /** How many migrations were missing. */
  readonly applied: number;
}

/** Others hold the file for moments only: the lease keeper's thread, a backup. Waiting blocks this thread. */
const busyTimeoutMs = 2_000;
/** Several times what the log grows to in other hours. */
const logBytes = 4 * 1024 * 1024;

/**
 * Opens `file`, made with its folder if it is not there, and brings it to this version's tables, unless they are to be taken
 * `asTheyAre`. Throws SQLite's errors.
 */
export function openSqlite(file: string, synchronous: "FULL" | "OFF", asTheyAre = false): SqliteConnections {
  makeDataFolder(path.dirname(path.resolve(file)));
  makePrivate(file);
  const writer = openLasting(file, { timeout: busyTimeoutMs });
  try {
    // `exec` and not `pragma`, which leaves a statement behind to be collected (LS1).
    writer.exec("pragma journal_mode = WAL");
    writer.exec(`pragma synchronous = ${synchronous}`);
    foldAt(writer, pagesAlone);
    writer.exec(`pragma journal_size_limit = ${logBytes}`);
    writer.exec("pragma foreign_keys = ON");
    const applied = asTheyAre ? 0 : migrateSqlite(writer, file);
    return { file, writer, applied, reader: openLasting(file, { readonly: true, timeout: busyTimeoutMs }) };
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** What keeps it from being made keeps SQLite from opening it, which says so in its own words. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch {
    // SC3: it is there already, or SQLite's to refuse
  }
}

/** The connection folds the log by itself when it has this many pages. */
export function foldAt(writer: Database.Database, pages: number): void {
  writer.exec(`pragma wal_autocheckpoint = ${pages}`);
}
