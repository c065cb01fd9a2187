// Authorization servers of MCP servers, our registrations with them, and scopes that were asked for later, on Postgres; part of
// schema-pg.ts.

import { bigint, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { TenantId } from "../domain/ids.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

export const authorities = pgTable(
  "authorities",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    connection: text("connection").notNull(),
    server: text("server").notNull(),
    resource: text("resource").notNull(),
    issuer: text("issuer").notNull(),
    scopes: text("scopes").notNull(),
    seenAt: ms("seen_at").notNull(),
    other: text("other"),
    changedAt: ms("changed_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.connection] })],
);

export const oauthClients = pgTable(
  "oauth_clients",
  {
    tenant: text("tenant").$type<TenantId>().notNull(),
    issuer: text("issuer").notNull(),
    triedAt: ms("tried_at").notNull(),
    clientId: text("client_id"),
    secret: text("secret"),
    method: text("method"),
    redirectUris: text("redirect_uris").notNull(),
    registeredAt: ms("registered_at"),
    expiresAt: ms("expires_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.issuer] })],
);

export const scopeWants = pgTable(
  "scope_wants",
  {
    connection: text("connection").notNull(),
    capability: text("capability").notNull(),
    scopes: text("scopes").notNull(),
    at: ms("wanted_at").notNull(),
    askedAt: ms("asked_at"),
  },
  (table) => [primaryKey({ columns: [table.connection, table.capability] })],
);
