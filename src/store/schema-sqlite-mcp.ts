// The table of MCP servers' tools on SQLite; part of schema-sqlite.ts.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { mcpToolStates } from "../domain/mcp-tool.ts";

export const mcpTools = sqliteTable(
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
    approvedAt: integer("approved_at"),
    seenAt: integer("seen_at").notNull(),
    goneAt: integer("gone_at"),
    scopes: text("scopes"),
  },
  (table) => [primaryKey({ columns: [table.server, table.tool] })],
);
