import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { expectRowsToWork, olderMigrations, olderRows } from "./older-database.ts";

it("MG1: opens a SQLite database of the tables before, with its rows and their order", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
  const file = path.join(folder, "deputy.db");
  const older = new Database(file);
  older.exec(
    "create table __drizzle_migrations (id integer primary key autoincrement, hash text not null, created_at numeric)",
  );
  for (const { statements, hash, madeAt } of olderMigrations("sqlite")) {
    for (const statement of statements) older.exec(statement);
    older.prepare("insert into __drizzle_migrations (hash, created_at) values (?, ?)").run(hash, madeAt);
  }
  for (const row of olderRows) older.exec(row);
  older.close();

  const store = await createSqliteStore({ path: file });
  await expectRowsToWork(store);
  await store.close();

  const now = new Database(file, { readonly: true });
  expect(now.pragma("foreign_key_check")).toEqual([]);
  expect(now.pragma("integrity_check", { simple: true })).toBe("ok");
  now.close();
  await rm(folder, { recursive: true });
});
