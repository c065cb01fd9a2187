// `deputy migrate`: brings the database to this version's tables and does nothing else.

import pg from "pg";
import { assertPostgresUrl, type StoreSettings, sqlitePath } from "./open.ts";
import { connectionSettings, databaseName } from "./postgres.ts";
import { postgresFailure } from "./postgres-errors.ts";
import { migratePostgres } from "./postgres-migrate.ts";
import { openSqlite } from "./sqlite-connections.ts";
import { sqliteFailure } from "./sqlite-errors.ts";

export interface Migrated {
  /** A path, or host and name. */
  readonly database: string;
  /** How many migrations were missing. */
  readonly applied: number;
}

export async function migrate(settings: Omit<StoreSettings, "log">): Promise<Migrated> {
  const { databaseUrl, dataFolder } = settings;
  if (databaseUrl === undefined) return migrateFile(sqlitePath(dataFolder));
  assertPostgresUrl(databaseUrl);
  const database = databaseName(databaseUrl);
  const client = new pg.Client(connectionSettings(databaseUrl));
  try {
    await client.connect();
    return { database, applied: await migratePostgres(client, database) };
  } catch (error) {
    throw postgresFailure(error, database);
  } finally {
    await client.end();
  }
}

function migrateFile(database: string): Migrated {
  try {
    const { writer, reader, applied } = openSqlite(database, "FULL");
    reader.close();
    writer.close();
    return { database, applied };
  } catch (error) {
    throw sqliteFailure(error, database);
  }
}
