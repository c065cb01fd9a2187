// What is kept for chat platforms on Postgres; part of schema-pg.ts, whose rules hold.

import { bigint, boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

/** Where the Slack app is installed by OAuth. The token is sealed (src/vault/seal.ts), and gone once it is revoked. */
export const slackInstallations = pgTable("slack_installations", {
  team: text("team").primaryKey(),
  enterprise: text("enterprise"),
  orgWide: boolean("org_wide").notNull(),
  botToken: text("bot_token"),
  botUser: text("bot_user").notNull(),
  botId: text("bot_id").notNull(),
  appId: text("app_id"),
  scopes: text("scopes").notNull(),
  installedBy: text("installed_by").notNull(),
  installedAt: ms("installed_at").notNull(),
  revokedAt: ms("revoked_at"),
  why: text("why"),
});

/** Where messages of Teams conversations go: the whole conversation reference, and whether the app is still there. */
export const teamsPlaces = pgTable(
  "teams_places",
  {
    tenant: text("tenant").notNull(),
    conversation: text("conversation").notNull(),
    kind: text("kind").$type<ConversationAddress["kind"]>().notNull(),
    serviceUrl: text("service_url").notNull(),
    reference: text("reference").notNull(),
    seenAt: ms("seen_at").notNull(),
    goneAt: ms("gone_at"),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.conversation] })],
);

/** What Teams calls a person where they are mentioned, and their personal chat with the app. */
export const teamsPeople = pgTable(
  "teams_people",
  {
    key: text("key").$type<PersonKey>().primaryKey(),
    tenant: text("tenant").notNull(),
    userId: text("user_id").notNull(),
    personal: text("personal"),
    seenAt: ms("seen_at").notNull(),
  },
  (table) => [index("teams_people_user").on(table.tenant, table.userId)],
);
