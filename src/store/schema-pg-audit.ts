// The tables of the audit log and of key marks on Postgres; part of schema-pg.ts, whose rules hold.

import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { AuditEventType } from "../domain/audit-event.ts";
import { payloadParts } from "../domain/audit-line.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

/** Events as they are exported, chained per tenant. Triggers refuse every change, and every deletion above the head's `prunedTo`. */
export const auditEvents = pgTable(
  "audit_events",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    seq: integer("seq").notNull(),
    at: ms("at").notNull(),
    type: text("type").$type<AuditEventType>().notNull(),
    run: text("run").$type<RunId>(),
    line: text("line").notNull(),
    hash: text("hash").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.seq] }),
    index("audit_events_run").on(table.run, table.seq).where(sql`${table.run} is not null`),
  ],
);

/** The last event of each tenant; locked while one is added. */
export const auditHeads = pgTable("audit_heads", {
  tenant: text("tenant").$type<TenantId>().primaryKey(),
  seq: integer("seq").notNull(),
  hash: text("hash").notNull(),
  prunedTo: integer("pruned_to").notNull(),
});

/** What tools got and returned, sealed; events name it by digest. `sealed` is null once it is erased. */
export const auditPayloads = pgTable(
  "audit_payloads",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    run: text("run").$type<RunId>().notNull(),
    step: integer("step").notNull(),
    part: text("part", { enum: payloadParts }).notNull(),
    digest: text("digest").notNull(),
    person: text("person").$type<PersonKey>().notNull(),
    sealed: text("sealed"),
    keptAt: ms("kept_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.step, table.part] }),
    index("audit_payloads_person").on(table.person),
  ],
);

export const auditCheckpoints = pgTable(
  "audit_checkpoints",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    seq: integer("seq").notNull(),
    head: text("head").notNull(),
    at: ms("at").notNull(),
    key: text("key").notNull(),
    signature: text("signature").notNull(),
    anchored: boolean("anchored").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.seq] }),
    index("audit_checkpoints_unanchored").on(table.at).where(sql`not ${table.anchored}`),
  ],
);

/** What signs checkpoints. The private half is sealed, and gone once another key has replaced it. */
export const auditKeys = pgTable("audit_keys", {
  id: text("id").primaryKey(),
  publicKey: text("public_key").notNull(),
  sealed: text("sealed"),
  signedBy: text("signed_by"),
  signature: text("signature"),
  madeAt: ms("made_at").notNull(),
});

/** What was last known of things that are not here. The table has its first name: a release before this one, beside it in a deploy, reads it. */
export const lastKnown = pgTable("vault_marks", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});
