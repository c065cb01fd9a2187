// The table of brakes on SQLite; part of schema-sqlite.ts.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const brakes = sqliteTable(
  "brakes",
  {
    id: text("id").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    pulledBy: text("pulled_by").notNull(),
    pulledAt: integer("pulled_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] })],
);
