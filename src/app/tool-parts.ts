// The tools of this installation: the built-in ones, those of MCP servers in the configuration, and what a test brings.

import type { Config } from "../config/load-config.ts";
import type { Grants } from "../grants/contract.ts";
import type { Tool } from "../tools/contract.ts";
import { serversOf } from "../tools/mcp/catalogue.ts";
import { createMcpTools, type McpTools } from "../tools/mcp/mcp-tools.ts";
import { builtinTools } from "../tools/registry.ts";
import { allTools, fixedTools, type ToolSource } from "../tools/source.ts";
import type { Edges } from "./edges.ts";

export interface ToolParts {
  readonly source: ToolSource;
  readonly mcp: McpTools;
}

export interface ToolPlace {
  readonly tools: readonly Tool[];
  /** Made later than this. */
  readonly grants: () => Grants;
}

export function createToolParts(
  config: Config,
  { store, request, world, sandbox }: Pick<Edges, "store" | "request" | "world" | "sandbox">,
  { tools, grants }: ToolPlace,
): ToolParts {
  const { clock, log } = world;
  const mcp = createMcpTools({
    servers: serversOf(config.file.settings.mcp),
    store,
    clock,
    log,
    request,
    grants,
    services: sandbox,
  });
  return { source: allTools(fixedTools([...builtinTools, ...tools]), mcp), mcp };
}
