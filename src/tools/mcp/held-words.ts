// Why a tool of a server may not be used, for the model and for operators.

import type { McpTool } from "../../domain/mcp-tool.ts";
import { toolName } from "./tool-name.ts";

export function heldWords({ server, tool, state }: Pick<McpTool, "server" | "tool" | "state">): string {
  const name = toolName(server, tool);
  const how = `An operator can look at it with \`deputy mcp review ${server}\` and approve it.`;
  return state === "quarantined"
    ? `${name} is held back: the server changed what it says of it since it was approved. ${how} Go on without it, or say what can't be done.`
    : `${name} is held back: nobody has approved it yet. ${how} Go on without it, or say what can't be done.`;
}

export function unusableWords(name: string, why: string): string {
  return `${name} can't be used: ${why}. Go on without it, or say what can't be done.`;
}
