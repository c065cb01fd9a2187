// The table of MCP servers' tools on Postgres; part of schema-pg.ts, whose rules hold.

import { bigint, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { mcpToolStates } from "../domain/mcp-tool.ts";

const ms = (name: string) => bigint(name, { mode: "number" });

export const mcpTools = pgTable(
  "mcp_tools",
  {
    server: text("server").notNull(),
    tool: text("tool").notNull(),
    state: text("state", { enum: mcpToolStates }).notNull(),
    pin: text("pin").notNull(),
    definition: text("definition").notNull(),
    approvedPin: text("approved_pin"),
    approvedDefinition: text("approved_definition"),
    approvedBy: text("approved_by"),
    approvedAt: ms("approved_at"),
    seenAt: ms("seen_at").notNull(),
    goneAt: ms("gone_at"),
    scopes: text("scopes"),
  },
  (table) => [primaryKey({ columns: [table.server, table.tool] })],
);
