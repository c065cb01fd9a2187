// Tools of MCP servers: few rows, looked at by every run that may use them.

import { and, asc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import type { McpTool } from "../../domain/mcp-tool.ts";
import type { McpToolRepository } from "../contract-mcp.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type Row = Session["tables"]["mcpTools"]["$inferSelect"];

export function mcpToolRepository(session: Session): McpToolRepository {
  const { mcpTools } = session.tables;
  const at = ({ server, tool }: Pick<McpTool, "server" | "tool">) =>
    and(eq(mcpTools.server, server), eq(mcpTools.tool, tool));
  return {
    async list(server) {
      const rows = await session.db
        .select()
        .from(mcpTools)
        .where(server === undefined ? undefined : eq(mcpTools.server, server))
        .orderBy(asc(mcpTools.server), asc(mcpTools.tool));
      return rows.map(toTool);
    },

    async find(server, tool) {
      const [row] = await session.db.select().from(mcpTools).where(at({ server, tool }));
      return row && toTool(row);
    },

    async add(row) {
      const added = await session.db
        .insert(mcpTools)
        .values(toRow(row))
        .onConflictDoNothing()
        .returning({ tool: mcpTools.tool });
      return added.length > 0;
    },

    async change(seen, to) {
      const { server: _server, tool: _tool, ...set } = toRow(to);
      const { pin, state, approvedPin } = seen;
      const changed = await session.db
        .update(mcpTools)
        .set(set)
        .where(
          and(
            at(seen),
            eq(mcpTools.pin, pin),
            eq(mcpTools.state, state),
            approvedPin === undefined ? isNull(mcpTools.approvedPin) : eq(mcpTools.approvedPin, approvedPin),
          ),
        )
        .returning({ tool: mcpTools.tool });
      return changed.length > 0;
    },
  };
}

const Scopes = z.array(z.string());

function toTool(row: Row): McpTool {
  const { scopes, ...rest } = withoutNulls(row);
  if (scopes === undefined) return rest;
  return {
    ...rest,
    scopes: readJson(Scopes, scopes, { table: "mcp_tools", key: `${row.server}/${row.tool}` }),
  };
}

/** Absent members are written as null, so that a change takes them away. */
function toRow(tool: McpTool): Row {
  const { approvedPin = null, approvedDefinition = null, approvedBy = null, approvedAt = null } = tool;
  const { server, tool: name, state, pin, definition, seenAt, goneAt = null, scopes } = tool;
  return {
    server,
    tool: name,
    state,
    pin,
    definition,
    approvedPin,
    approvedDefinition,
    approvedBy,
    approvedAt,
    seenAt,
    goneAt,
    scopes: scopes === undefined ? null : JSON.stringify(scopes),
  };
}
