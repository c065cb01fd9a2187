// The table of brakes on Postgres; part of schema-pg.ts, whose rules hold.

import { bigint, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { brakeKinds } from "../domain/brake.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

/** What is held up by an operator: a row while it is (OPS-1). */
export const brakes = pgTable(
  "brakes",
  {
    id: text("id").notNull(),
    kind: text("kind", { enum: brakeKinds }).notNull(),
    /** Of an agent, tenant, person or tool; empty for `all`. */
    name: text("name").notNull(),
    pulledBy: text("pulled_by").notNull(),
    pulledAt: ms("pulled_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] })],
);
