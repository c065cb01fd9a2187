// Keys of one person, and the codes by which they prove it, on Postgres; part of schema-pg.ts, whose rules hold.

import { bigint, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { PersonKey } from "../domain/ids.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

export const personLinks = pgTable(
  "person_links",
  {
    key: text("key").$type<PersonKey>().notNull(),
    person: text("person").notNull(),
    since: ms("since").notNull(),
    endedAt: ms("ended_at"),
  },
  (table) => [
    primaryKey({ columns: [table.key, table.person] }),
    index("person_links_person").on(table.person),
  ],
);

export const linkCodes = pgTable("link_codes", {
  digest: text("digest").primaryKey(),
  shownTo: text("shown_to").$type<PersonKey>().notNull(),
  shownToName: text("shown_to_name").notNull(),
  enteredBy: text("entered_by").$type<PersonKey>(),
  expiresAt: ms("expires_at").notNull(),
});
