// What is kept for chat platforms on SQLite; part of schema-sqlite.ts.

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const slackInstallations = sqliteTable("slack_installations", {
  team: text("team").primaryKey(),
  enterprise: text("enterprise"),
  orgWide: integer("org_wide", { mode: "boolean" }).notNull(),
  botToken: text("bot_token"),
  botUser: text("bot_user").notNull(),
  botId: text("bot_id").notNull(),
  appId: text("app_id"),
  scopes: text("scopes").notNull(),
  installedBy: text("installed_by").notNull(),
  installedAt: integer("installed_at").notNull(),
  revokedAt: integer("revoked_at"),
  why: text("why"),
});

export const teamsPlaces = sqliteTable(
  "teams_places",
  {
    tenant: text("tenant").notNull(),
    conversation: text("conversation").notNull(),
    kind: text("kind").notNull(),
    serviceUrl: text("service_url").notNull(),
    reference: text("reference").notNull(),
    seenAt: integer("seen_at").notNull(),
    goneAt: integer("gone_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.conversation] })],
);

export const teamsPeople = sqliteTable(
  "teams_people",
  {
    key: text("key").primaryKey(),
    tenant: text("tenant").notNull(),
    userId: text("user_id").notNull(),
    personal: text("personal"),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [index("teams_people_user").on(table.tenant, table.userId)],
);
