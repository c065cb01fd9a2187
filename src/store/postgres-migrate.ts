// Applies the migrations of `drizzle/pg`, all or none. Processes that start at once do it one after the other.

import type { ClientBase } from "pg";
import { loadMigrations, missingMigrations } from "./migrations.ts";

/** drizzle's own table, so that its tools understand the database. */
const journal = "__drizzle_migrations";

/** Returns how many were applied. */
export async function migratePostgres(client: ClientBase, database: string): Promise<number> {
  const migrations = loadMigrations("pg");
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock(hashtextextended('deputy migrations', 0))");
    await client.query(
      `create table if not exists ${journal} (id serial primary key, hash text not null, created_at bigint)`,
    );
    const { rows } = await client.query<{ newest: string | null }>(
      `select max(created_at) as newest from ${journal}`,
    );
    const newest = rows[0]?.newest ?? undefined;
    const missing = missingMigrations(
      migrations,
      newest === undefined ? undefined : Number(newest),
      database,
    );
    for (const { statements, hash, madeAt } of missing) {
      for (const statement of statements) await client.query(statement);
      await client.query(`insert into ${journal} (hash, created_at) values ($1, $2)`, [hash, madeAt]);
    }
    await client.query("commit");
    return missing.length;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
