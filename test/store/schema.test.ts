import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Column, getTableColumns, getTableName } from "drizzle-orm";
import { getTableConfig as pgConfig } from "drizzle-orm/pg-core";
import { getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as pgTables from "../../src/store/schema-pg.ts";
import * as sqliteTables from "../../src/store/schema-sqlite.ts";
import { openSqlite } from "../../src/store/sqlite-connections.ts";

const onPg = Object.entries(pgTables);
const onSqlite = new Map(Object.entries(sqliteTables));

const shapeOf = (columns: Record<string, Column>) =>
  Object.entries(columns).map(([property, { name, notNull, dataType, isUnique }]) => ({
    property,
    name,
    notNull,
    dataType,
    isUnique,
  }));

describe("store/schema", () => {
  it("DI2: has the same tables on both databases", () => {
    expect(new Set(onSqlite.keys())).toEqual(new Set(onPg.map(([name]) => name)));
  });

  it.each(onPg)("DI2: gives %s the same columns and indexes on both databases", (name, pg) => {
    const sqlite = onSqlite.get(name);
    if (!sqlite) throw new Error(`There is no ${name} on SQLite.`);

    expect(shapeOf(getTableColumns(sqlite))).toEqual(shapeOf(getTableColumns(pg)));
    const indexes = sqliteConfig(sqlite).indexes.map(({ config }) => [config.name, config.unique]);
    expect(indexes).toEqual(pgConfig(pg).indexes.map(({ config }) => [config.name, config.unique]));
  });

  it("has in a migrated database every column that the code knows", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "deputy-store-"));
    const { writer, reader } = openSqlite(path.join(folder, "deputy.db"), "OFF");
    const stored = writer.prepare<[string], string>("select name from pragma_table_info(?)").pluck();

    for (const table of onSqlite.values()) {
      const known = Object.values(getTableColumns(table)).map((column: Column) => column.name);
      expect(new Set(stored.all(getTableName(table)))).toEqual(new Set(known));
    }

    reader.close();
    writer.close();
    await rm(folder, { recursive: true });
  });
});
