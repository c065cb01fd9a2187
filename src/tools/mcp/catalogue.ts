// The servers of the configuration, and what it says of their tools (MC2).

import type { ConfigFile } from "../../config/config-file-schema.ts";
import type { McpPlace, McpServer, ToolRule } from "./contract.ts";

type ServerConfig = ConfigFile["mcp"][string];
type RuleConfig = ServerConfig["tools"][string];

export function serversOf(mcp: ConfigFile["mcp"]): readonly McpServer[] {
  return Object.entries(mcp).flatMap(([name, config]) => {
    const at = placeOf(config);
    if (!at) return [];
    return [
      {
        name,
        at,
        ...(config.connection === undefined ? {} : { connection: config.connection }),
        tools: Object.fromEntries(Object.entries(config.tools).map(([tool, rule]) => [tool, toRule(rule)])),
      },
    ];
  });
}

/** The schema sees to it that there is one of the two. */
function placeOf({ url, command, args = [], env = {}, integrity }: ServerConfig): McpPlace | undefined {
  if (url !== undefined) return { kind: "http", url };
  if (command === undefined) return undefined;
  return { kind: "command", command, args, env, ...(integrity === undefined ? {} : { integrity }) };
}

function toRule({ effect, repeat, needs }: RuleConfig): ToolRule {
  return {
    effect,
    repeat: repeat ?? (effect === "read" ? "read" : "once"),
    ...(needs === undefined ? {} : { needs }),
  };
}

const unnamed: ToolRule = { effect: "write-external", repeat: "once" };

/** What the tool of that name at the server is taken for; `usually` where the configuration does not name it. */
export function ruleFor({ tools }: McpServer, tool: string, usually?: ToolRule): ToolRule {
  return (Object.hasOwn(tools, tool) ? tools[tool] : undefined) ?? usually ?? unnamed;
}

export function isNamed({ tools }: McpServer, tool: string): boolean {
  return Object.hasOwn(tools, tool);
}
