// Resources of servers, readable as tools: `<server>__list_resources` and `<server>__read_resource`, ours by definition and reads by
// effect. They are pinned and approved like the server's own; one that a server has of the same name takes the place.

import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { RequestOptions } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  type CallToolResult,
  ListResourcesResultSchema,
  ReadResourceResultSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { visible } from "../../approvals/visible-text.ts";
import type { ToolRule } from "./contract.ts";
import { pinOf, type ToolDefinition } from "./definition.ts";

const listing: ToolDefinition = {
  name: "list_resources",
  description: "Lists what can be read at this server with read_resource: addresses and names.",
  inputSchema: { type: "object", properties: {}, additionalProperties: false },
};
const reading: ToolDefinition = {
  name: "read_resource",
  description: "Reads a resource of this server.",
  inputSchema: {
    type: "object",
    properties: { uri: { type: "string", description: "As list_resources or a result names it" } },
    required: ["uri"],
    additionalProperties: false,
  },
};

export const resourceTools: readonly ToolDefinition[] = [listing, reading];

/** What a tool is taken for that is one of ours; undefined for a server's own. */
export function resourceRule(server: string, tool: string, pin: string): ToolRule | undefined {
  const own = resourceTools.find(({ name }) => name === tool);
  return own && pinOf(server, own) === pin ? { effect: "read", repeat: "read" } : undefined;
}

const mostPages = 10;
const mostListed = 500;
const longestLine = 300;

const Uri = z.object({ uri: z.string() });

export async function callResourceTool(
  client: Client,
  { tool, arguments: args }: { readonly tool: string; readonly arguments: unknown },
  options: RequestOptions,
): Promise<CallToolResult> {
  if (tool === listing.name) return textResult(await listed(client, options));
  const params = Uri.parse(args);
  const { contents } = await client.request(
    { method: "resources/read", params },
    ReadResourceResultSchema,
    options,
  );
  return { content: contents.map((resource) => ({ type: "resource", resource })) };
}

async function listed(client: Client, options: RequestOptions): Promise<string> {
  const lines: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages && lines.length < mostListed; page += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const { resources, nextCursor } = await client.request(
      { method: "resources/list", params },
      ListResourcesResultSchema,
      options,
    );
    lines.push(
      ...resources.map(({ uri, name, description = "" }) =>
        visible(`${uri} ${name} ${description}`.trim().slice(0, longestLine), "line"),
      ),
    );
    if (nextCursor === undefined) break;
    cursor = nextCursor;
  }
  return lines.length === 0 ? "There are no resources." : lines.slice(0, mostListed).join("\n");
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}
