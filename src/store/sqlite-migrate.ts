// Applies the migrations of `drizzle/sqlite`, all or none. Two processes at once are one after the other.

import type Database from "better-sqlite3";
import { loadMigrations, missingMigrations } from "./migrations.ts";

/** drizzle's own table, so that its tools understand the database. */
const journal = "__drizzle_migrations";

/** Returns how many were applied. */
export function migrateSqlite(db: Database.Database, file: string): number {
  const migrations = loadMigrations("sqlite");
  const apply = db.transaction(() => {
    db.exec(
      `create table if not exists ${journal} (id integer primary key autoincrement, hash text not null, created_at numeric)`,
    );
    const newest =
      db.prepare<[], number | null>(`select max(created_at) from ${journal}`).pluck().get() ?? undefined;
    const missing = missingMigrations(migrations, newest, file);
    for (const { statements, hash, madeAt } of missing) {
      for (const statement of statements) db.exec(statement);
      db.prepare(`insert into ${journal} (hash, created_at) values (?, ?)`).run(hash, madeAt);
    }
    return missing.length;
  });
  return apply.immediate();
}
