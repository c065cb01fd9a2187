// Tools of MCP servers as the store keeps them.

import type { McpTool } from "../domain/mcp-tool.ts";

export interface McpToolRepository {
  /** By server and name; of one server where it is named. */
  list(server?: string): Promise<McpTool[]>;
  find(server: string, tool: string): Promise<McpTool | undefined>;
  /** A tool that is seen for the first time; false if it is there already. */
  add(row: McpTool): Promise<boolean>;
  /** False unless pin, state and approved pin are still those of `seen`. */
  change(seen: McpTool, to: McpTool): Promise<boolean>;
}
