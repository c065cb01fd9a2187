// Keys of one person, and the codes by which they prove it, on SQLite; part of schema-sqlite.ts.

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const personLinks = sqliteTable(
  "person_links",
  {
    key: text("key").notNull(),
    person: text("person").notNull(),
    since: integer("since").notNull(),
    endedAt: integer("ended_at"),
  },
  (table) => [
    primaryKey({ columns: [table.key, table.person] }),
    index("person_links_person").on(table.person),
  ],
);

export const linkCodes = sqliteTable("link_codes", {
  digest: text("digest").primaryKey(),
  shownTo: text("shown_to").notNull(),
  shownToName: text("shown_to_name").notNull(),
  enteredBy: text("entered_by"),
  expiresAt: integer("expires_at").notNull(),
});
