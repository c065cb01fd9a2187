// Authorization servers of MCP servers, our registrations with them, and scopes that were asked for later, on SQLite; part of
// schema-sqlite.ts.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const authorities = sqliteTable(
  "authorities",
  {
    tenant: text("tenant").notNull(),
    connection: text("connection").notNull(),
    server: text("server").notNull(),
    resource: text("resource").notNull(),
    issuer: text("issuer").notNull(),
    scopes: text("scopes").notNull(),
    seenAt: integer("seen_at").notNull(),
    other: text("other"),
    changedAt: integer("changed_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.connection] })],
);

export const oauthClients = sqliteTable(
  "oauth_clients",
  {
    tenant: text("tenant").notNull(),
    issuer: text("issuer").notNull(),
    triedAt: integer("tried_at").notNull(),
    clientId: text("client_id"),
    secret: text("secret"),
    method: text("method"),
    redirectUris: text("redirect_uris").notNull(),
    registeredAt: integer("registered_at"),
    expiresAt: integer("expires_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.issuer] })],
);

export const scopeWants = sqliteTable(
  "scope_wants",
  {
    connection: text("connection").notNull(),
    capability: text("capability").notNull(),
    scopes: text("scopes").notNull(),
    at: integer("wanted_at").notNull(),
    askedAt: integer("asked_at"),
  },
  (table) => [primaryKey({ columns: [table.connection, table.capability] })],
);
