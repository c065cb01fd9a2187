// The one place where the two databases meet: repositories are written once, against the Postgres tables and query builder;
// the SQLite ones have the same names and are presented under the same types.
//
//   DI1  Repositories use only what both builders spell alike: select, insert, update, delete, returning, on conflict, CTEs,
//        window functions, literals in conditions that a partial index must match. The rest is a method of `Dialect`.
//   DI2  Both sets of tables have the same names and columns (test/store/schema.test.ts).

import type Database from "better-sqlite3";
import { type Column, is, Placeholder, type SQL, sql } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { type Appending, lineColumns } from "./event-columns.ts";
import * as pgTables from "./schema-pg.ts";
import * as sqliteTables from "./schema-sqlite.ts";
import { sqliteAppending } from "./sqlite-chain.ts";

export type Db = NodePgDatabase;
export type Tables = typeof pgTables;

export interface Dialect {
  readonly name: "sqlite" | "postgres";
  readonly tables: Tables;
  /** `column` is one of `values`: of an array, or of what `list` makes of one and a placeholder stands for. */
  among(column: Column, values: readonly (string | number)[] | Placeholder): SQL;
  list(values: readonly (string | number)[]): unknown;
  /** Runs after this, of transactions that name the same `key`, follow one another until they end. */
  serialize(db: Db, key: string): PromiseLike<unknown>;
  /** Locks the rows that `query` selects until the transaction ends. */
  locked<Q extends { for(strength: "update"): unknown }>(query: Q): Q;
  /** Appends events of one tenant to its chain (AU2). */
  appending(db: Db, name: string): Appending;
}

export const postgresDialect: Dialect = {
  name: "postgres",
  tables: pgTables,
  among: (column, values) => sql`${column} = any(${is(values, Placeholder) ? values : sql.param(values)})`,
  list: (values) => values,
  serialize: (db, key) => db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`),
  locked(query) {
    query.for("update");
    return query;
  },
  appending(db, name) {
    const [ats, types, runs, befores, betweens, afters] = [
      sql`${sql.placeholder("ats")}::bigint[]`,
      sql`${sql.placeholder("types")}::text[]`,
      sql`${sql.placeholder("runs")}::text[]`,
      sql`${sql.placeholder("befores")}::text[]`,
      sql`${sql.placeholder("betweens")}::text[]`,
      sql`${sql.placeholder("afters")}::text[]`,
    ];
    const statement = db
      .select({ place: sql<number>`place`.as("place") })
      .from(
        sql`audit_append(${sql.placeholder("tenant")}, ${ats}, ${types}, ${runs}, ${befores}, ${betweens}, ${afters}) as place`,
      )
      .prepare(name);
    return { execute: ({ lines, ...values }) => statement.execute({ ...values, ...lineColumns(lines) }) };
  },
};

/** One writer at a time: what Postgres has to lock is locked already. */
export const sqliteDialect: Dialect = {
  name: "sqlite",
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- same names and JavaScript types (DI2)
  tables: sqliteTables as unknown as Tables,
  among: (column, values) =>
    sql`${column} in (select value from json_each(${is(values, Placeholder) ? values : JSON.stringify(values)}))`,
  list: (values) => JSON.stringify(values),
  serialize: () => Promise.resolve(),
  locked: (query) => query,
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `asDb` was given
  appending: (db) => sqliteAppending((db as unknown as SqliteDb).$client),
};

type SqliteDb = BetterSQLite3Database & { readonly $client: Database.Database };

export function asDb(db: SqliteDb): Db {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the builders are spelt alike as far as DI1 goes
  return db as unknown as Db;
}
