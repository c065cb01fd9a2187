import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { expectRowsToWork, olderMigrations, olderRows } from "./older-database.ts";

describe.skipIf(!postgresIsInstalled())("store/older-database on Postgres", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  it("MG1: opens a database of the tables before, with its rows and their order", async () => {
    const url = await server.createDatabase();
    const older = new pg.Client({ connectionString: url });
    await older.connect();
    await older.query(
      "create table __drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
    );
    for (const { statements, hash, madeAt } of olderMigrations("pg")) {
      for (const statement of statements) await older.query(statement);
      await older.query("insert into __drizzle_migrations (hash, created_at) values ($1, $2)", [
        hash,
        madeAt,
      ]);
    }
    for (const row of olderRows) await older.query(row);

    const store = await createPostgresStore({ url });
    await expectRowsToWork(store);
    await store.close();

    const { rows } = await older.query<{ name: string }>(
      "select indexname as name from pg_indexes where tablename = 'inbox'",
    );
    await older.end();
    expect(rows.map(({ name }) => name)).not.toContain("inbox_received");
  });
});
