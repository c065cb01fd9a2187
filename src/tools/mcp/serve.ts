// The server side of MCP over streamable HTTP: answers one request with tools that the caller brings.
//
// Owns: the protocol. Does not own: who asks and what the tools do.
//
//   MS1  A request has a server of its own, which knows its caller and nobody else: there is no session that could be another
//        person's (MCP-8), and any web process can answer.
//   MS2  What a tool throws is not shown: its caller gets a sentence.

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { errorText } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { ServedAnswer, ServedCall, ServedTool } from "./served.ts";

export interface Served {
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly ServedTool[];
  readonly log: Logger;
}

/** `body` is that of the request, parsed. */
export async function answerMcp(served: Served, request: Request, body: unknown): Promise<Response> {
  const { name, version, instructions, tools } = served;
  const server = new McpServer({ name, version }, { instructions });
  for (const tool of tools) register(server, tool, served, request.signal);
  const transport = new WebStandardStreamableHTTPServerTransport();
  await server.connect(transport);
  request.signal.addEventListener("abort", () => void server.close().catch(() => undefined), { once: true });
  return transport.handleRequest(request, { parsedBody: body });
}

function register(server: McpServer, tool: ServedTool, { log }: Served, gone: AbortSignal): void {
  const { name, title, description, input, reads } = tool;
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: input,
      annotations: {
        readOnlyHint: reads,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    async (given: unknown, extra) => {
      const token = extra._meta?.progressToken;
      let told = 0;
      const call: ServedCall = {
        signal: AbortSignal.any([extra.signal, gone]),
        async progress(message) {
          if (token === undefined) return;
          told += 1;
          const params = { progressToken: token, progress: told, message };
          await extra.sendNotification({ method: "notifications/progress", params });
        },
      };
      try {
        return resultOf(await tool.run(given, call));
      } catch (error) {
        log.error("A tool that others call failed", { tool: name, reason: errorText(error) });
        return resultOf({ refused: "Something went wrong inside Deputy. Try again later." });
      }
    },
  );
}

function resultOf({ data, refused }: ServedAnswer) {
  if (refused !== undefined) return { content: [{ type: "text" as const, text: refused }], isError: true };
  return {
    content: [{ type: "text" as const, text: JSON.stringify(data ?? {}) }],
    structuredContent: { ...data },
  };
}
