// The tables of the audit log and of key marks on SQLite; part of schema-sqlite.ts.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const auditEvents = sqliteTable(
  "audit_events",
  {
    tenant: text("tenant").notNull(),
    seq: integer("seq").notNull(),
    at: integer("at").notNull(),
    type: text("type").notNull(),
    run: text("run"),
    line: text("line").notNull(),
    hash: text("hash").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.seq] }),
    index("audit_events_run").on(table.run, table.seq).where(sql`${table.run} is not null`),
  ],
);

export const auditHeads = sqliteTable("audit_heads", {
  tenant: text("tenant").primaryKey(),
  seq: integer("seq").notNull(),
  hash: text("hash").notNull(),
  prunedTo: integer("pruned_to").notNull(),
});

export const auditPayloads = sqliteTable(
  "audit_payloads",
  {
    tenant: text("tenant").notNull(),
    run: text("run").notNull(),
    step: integer("step").notNull(),
    part: text("part").notNull(),
    digest: text("digest").notNull(),
    person: text("person").notNull(),
    sealed: text("sealed"),
    keptAt: integer("kept_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.step, table.part] }),
    index("audit_payloads_person").on(table.person),
  ],
);

export const auditCheckpoints = sqliteTable(
  "audit_checkpoints",
  {
    tenant: text("tenant").notNull(),
    seq: integer("seq").notNull(),
    head: text("head").notNull(),
    at: integer("at").notNull(),
    key: text("key").notNull(),
    signature: text("signature").notNull(),
    anchored: integer("anchored", { mode: "boolean" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.seq] }),
    index("audit_checkpoints_unanchored").on(table.at).where(sql`not ${table.anchored}`),
  ],
);

export const auditKeys = sqliteTable("audit_keys", {
  id: text("id").primaryKey(),
  publicKey: text("public_key").notNull(),
  sealed: text("sealed"),
  signedBy: text("signed_by"),
  signature: text("signature"),
  madeAt: integer("made_at").notNull(),
});

/** As on Postgres. */
export const lastKnown = sqliteTable("vault_marks", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});
