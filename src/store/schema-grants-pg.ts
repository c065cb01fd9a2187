// The tables of data keys, connections and consent on Postgres (T1 to T3); what is sealed is the vault's.

import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { connectionStates, type Principal } from "../domain/connection.ts";
import { consentStates } from "../domain/consent.ts";
import type { ConversationId, PersonKey, RunId, TenantId, WaitId } from "../domain/ids.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

export const dataKeys = pgTable(
  "data_keys",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    version: integer("version").notNull(),
    wrapped: text("wrapped"),
    master: text("master").notNull(),
    state: text("state", { enum: ["active", "retiring", "retired", "erased"] }).notNull(),
    createdAt: ms("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.version] })],
);

export const connections = pgTable(
  "connections",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").$type<TenantId>().notNull(),
    owner: text("owner").$type<Principal>().notNull(),
    name: text("name").notNull(),
    provider: text("provider").notNull(),
    subject: text("subject"),
    place: text("place").notNull(),
    account: text("account").notNull(),
    issuer: text("issuer"),
    state: text("state", { enum: connectionStates }).notNull(),
    why: text("why"),
    isDefault: boolean("is_default").notNull(),
    scopes: text("scopes").notNull(),
    resource: text("resource"),
    run: text("run").$type<RunId>(),
    version: integer("version").notNull(),
    keyVersion: integer("key_version"),
    access: text("access"),
    refresh: text("refresh"),
    issuedAt: ms("issued_at"),
    expiresAt: ms("expires_at"),
    leaseOwner: text("lease_owner"),
    leaseUntil: ms("lease_until"),
    failures: integer("failures").notNull(),
    failingSince: ms("failing_since"),
    retryAt: ms("retry_at"),
    toldAt: ms("told_at"),
    createdAt: ms("created_at").notNull(),
    updatedAt: ms("updated_at").notNull(),
    revokedAt: ms("revoked_at"),
  },
  (table) => [
    uniqueIndex("connections_account").on(table.owner, table.place).where(sql`${table.state} <> 'revoked'`),
    index("connections_subject").on(table.tenant, table.provider, table.subject),
    index("connections_run")
      .on(table.run)
      .where(sql`${table.run} is not null and ${table.state} <> 'revoked'`),
    index("connections_undestroyed")
      .on(table.retryAt)
      .where(sql`${table.state} = 'revoked' and ${table.access} is not null`),
    index("connections_key").on(table.tenant, table.keyVersion),
  ],
);

export const connectionUses = pgTable(
  "connection_uses",
  {
    run: text("run").$type<RunId>().notNull(),
    connection: text("connection")
      .notNull()
      .references(() => connections.id),
    by: text("allowed_by").$type<PersonKey>().notNull(),
    at: ms("allowed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.connection] })],
);

export const consents = pgTable(
  "consents",
  {
    id: text("id").primaryKey(),
    link: text("link").notNull().unique("consents_link"),
    tenant: text("tenant").$type<TenantId>().notNull(),
    initiator: text("initiator").$type<PersonKey>().notNull(),
    initiatorName: text("initiator_name").notNull(),
    agent: text("agent").notNull(),
    connection: text("connection").notNull(),
    capability: text("capability"),
    scopes: text("scopes").notNull(),
    run: text("run").$type<RunId>(),
    wait: text("wait").$type<WaitId>(),
    conversation: text("conversation").$type<ConversationId>().notNull(),
    line: text("line").$type<ConversationId>().notNull(),
    card: text("card").notNull(),
    state: text("state", { enum: consentStates }).notNull(),
    why: text("why"),
    browser: text("browser"),
    oauthState: text("oauth_state").unique("consents_state"),
    proof: text("proof"),
    issuer: text("issuer"),
    redirectUri: text("redirect_uri"),
    made: text("made"),
    expiresAt: ms("expires_at").notNull(),
    createdAt: ms("created_at").notNull(),
    endedAt: ms("ended_at"),
  },
  (table) => [
    uniqueIndex("consents_under_way")
      .on(table.initiator, table.connection)
      .where(sql`${table.endedAt} is null`),
    index("consents_overdue").on(table.expiresAt).where(sql`${table.endedAt} is null`),
    index("consents_initiator").on(table.initiator, table.connection, table.endedAt),
  ],
);

export const browsers = pgTable(
  "browsers",
  {
    id: text("id").primaryKey(),
    person: text("person").$type<PersonKey>(),
    signInState: text("sign_in_state").unique("browsers_state"),
    signIn: text("sign_in"),
    expiresAt: ms("expires_at").notNull(),
    createdAt: ms("created_at").notNull(),
  },
  (table) => [index("browsers_expires").on(table.expiresAt)],
);
