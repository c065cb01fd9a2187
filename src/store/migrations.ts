// Brings a database to the tables of this version.
//
// Owns: which migrations are missing, and refusing a database that is newer than the program. Does not own: the SQL, which
// drizzle-kit writes to `drizzle/`, nor the transaction around it (the drivers).
//
//   MG1  Migrations are known by the time of their making; one that is applied is never changed.

import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { AppError } from "../base/errors.ts";

export interface Migration {
  readonly statements: readonly string[];
  readonly hash: string;
  readonly madeAt: number;
}

/** Of `drizzle/<folder>` in the package: the same place from `src` and from `dist`. */
export function loadMigrations(folder: "sqlite" | "pg"): Migration[] {
  const migrationsFolder = fileURLToPath(new URL(`../../drizzle/${folder}`, import.meta.url));
  return readMigrationFiles({ migrationsFolder }).map(({ sql, hash, folderMillis }) => ({
    statements: sql.filter((statement) => statement.trim() !== ""),
    hash,
    madeAt: folderMillis,
  }));
}

/** Those that a database whose newest migration is `newest` lacks. Throws if it knows one that we don't. */
export function missingMigrations(
  migrations: readonly Migration[],
  newest: number | undefined,
  database: string,
): readonly Migration[] {
  if (newest === undefined) return migrations;
  if (migrations.every(({ madeAt }) => madeAt < newest)) {
    throw new AppError(
      "store.newer_database",
      `The database ${database} was made by a newer version of Deputy than this one. Start that version, or restore a backup from before the upgrade.`,
    );
  }
  return migrations.filter(({ madeAt }) => madeAt > newest);
}
