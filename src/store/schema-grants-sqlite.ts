// The tables of data keys, connections and consent on SQLite: as in `schema-grants-pg.ts`.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const dataKeys = sqliteTable(
  "data_keys",
  {
    tenant: text("tenant").notNull(),
    version: integer("version").notNull(),
    wrapped: text("wrapped"),
    master: text("master").notNull(),
    state: text("state").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.version] })],
);

export const connections = sqliteTable(
  "connections",
  {
    id: text("id").primaryKey(),
    tenant: text("tenant").notNull(),
    owner: text("owner").notNull(),
    name: text("name").notNull(),
    provider: text("provider").notNull(),
    subject: text("subject"),
    place: text("place").notNull(),
    account: text("account").notNull(),
    issuer: text("issuer"),
    state: text("state").notNull(),
    why: text("why"),
    isDefault: integer("is_default", { mode: "boolean" }).notNull(),
    scopes: text("scopes").notNull(),
    resource: text("resource"),
    run: text("run"),
    version: integer("version").notNull(),
    keyVersion: integer("key_version"),
    access: text("access"),
    refresh: text("refresh"),
    issuedAt: integer("issued_at"),
    expiresAt: integer("expires_at"),
    leaseOwner: text("lease_owner"),
    leaseUntil: integer("lease_until"),
    failures: integer("failures").notNull(),
    failingSince: integer("failing_since"),
    retryAt: integer("retry_at"),
    toldAt: integer("told_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revokedAt: integer("revoked_at"),
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

export const connectionUses = sqliteTable(
  "connection_uses",
  {
    run: text("run").notNull(),
    connection: text("connection")
      .notNull()
      .references(() => connections.id),
    by: text("allowed_by").notNull(),
    at: integer("allowed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.connection] })],
);

export const consents = sqliteTable(
  "consents",
  {
    id: text("id").primaryKey(),
    link: text("link").notNull().unique("consents_link"),
    tenant: text("tenant").notNull(),
    initiator: text("initiator").notNull(),
    initiatorName: text("initiator_name").notNull(),
    agent: text("agent").notNull(),
    connection: text("connection").notNull(),
    capability: text("capability"),
    scopes: text("scopes").notNull(),
    run: text("run"),
    wait: text("wait"),
    conversation: text("conversation").notNull(),
    line: text("line").notNull(),
    card: text("card").notNull(),
    state: text("state").notNull(),
    why: text("why"),
    browser: text("browser"),
    oauthState: text("oauth_state").unique("consents_state"),
    proof: text("proof"),
    issuer: text("issuer"),
    redirectUri: text("redirect_uri"),
    made: text("made"),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
    endedAt: integer("ended_at"),
  },
  (table) => [
    uniqueIndex("consents_under_way")
      .on(table.initiator, table.connection)
      .where(sql`${table.endedAt} is null`),
    index("consents_overdue").on(table.expiresAt).where(sql`${table.endedAt} is null`),
    index("consents_initiator").on(table.initiator, table.connection, table.endedAt),
  ],
);

export const browsers = sqliteTable(
  "browsers",
  {
    id: text("id").primaryKey(),
    person: text("person"),
    signInState: text("sign_in_state").unique("browsers_state"),
    signIn: text("sign_in"),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("browsers_expires").on(table.expiresAt)],
);
