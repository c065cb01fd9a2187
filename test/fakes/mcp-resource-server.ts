// An MCP server behind OAuth on loopback, as the MCP specification has it: it challenges, describes itself (RFC 9728), takes tokens
// that are for itself alone, and wants more scopes for some of its tools. Its answers are the SDK's own.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import type { KnownToken } from "./authorization-server.ts";

export interface McpResourceServer {
  /** Of the MCP endpoint, which is also its resource identifier. */
  readonly url: string;
  readonly port: number;
  /** Who authorizes, as it says. */
  issuers: readonly string[];
  /** Members that its description has besides, or instead. */
  description: Readonly<Record<string, unknown>>;
  /** What the 401 says; undefined says nothing but `Bearer`. */
  challenge: { readonly scope?: string; readonly metadata?: string } | undefined;
  /** Where it describes itself; undefined: nowhere. */
  describedAt: "path" | "root" | undefined;
  /** Tool → scopes that a call needs. */
  needs: Readonly<Record<string, readonly string[]>>;
  /** Whose token a request brought, by who issues them. */
  tokenOf: (token: string) => Promise<KnownToken | undefined>;
  /** Account and tool of each call that was let in. */
  readonly calls: { readonly account: string; readonly tool: string }[];
  /** Every token that was sent here. */
  readonly tokens: Set<string>;
  close(): Promise<void>;
}

export async function startMcpResourceServer(): Promise<McpResourceServer> {
  const http = createServer();
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  const server: McpResourceServer = {
    url: `${origin}/mcp`,
    port,
    issuers: [],
    description: {},
    challenge: {},
    describedAt: "path",
    needs: {},
    tokenOf: () => Promise.resolve(undefined),
    calls: [],
    tokens: new Set(),
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
  http.on("request", (request, response) => {
    answer(server, request, response).catch(() => response.destroy());
  });
  return server;
}

async function answer(
  server: McpResourceServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", server.url);
  const place = "/.well-known/oauth-protected-resource";
  const own = { path: `${place}/mcp`, root: place };
  if (server.describedAt !== undefined && pathname === own[server.describedAt]) {
    json(response, 200, {
      resource: server.url,
      authorization_servers: server.issuers,
      ...server.description,
    });
    return;
  }
  if (pathname !== "/mcp") {
    json(response, 404, { error: "not_found" });
    return;
  }
  const body = await bodyOf(request);
  const message: unknown = body === "" ? undefined : JSON.parse(body);
  const known = await admitted(server, request, response, message);
  if (known) await serve(known, request, response, message);
}

/** Whose request it is, if it may be made; else it is answered. */
async function admitted(
  server: McpResourceServer,
  request: IncomingMessage,
  response: ServerResponse,
  message: unknown,
): Promise<KnownToken | undefined> {
  const tool = Call.safeParse(message).data?.params.name;
  const token = tokenIn(request);
  const known = token === undefined ? undefined : await server.tokenOf(token);
  if (token !== undefined) server.tokens.add(token);
  if (known?.audience !== server.url) {
    challenge(server, response, token === undefined ? undefined : "invalid_token");
    return undefined;
  }
  const needed = server.needs[tool ?? ""] ?? [];
  if (!needed.every((scope) => known.scopes.includes(scope))) {
    response.setHeader("www-authenticate", `Bearer error="insufficient_scope", scope="${needed.join(" ")}"`);
    json(response, 403, { error: "insufficient_scope" });
    return undefined;
  }
  if (tool !== undefined) server.calls.push({ account: known.account, tool });
  return known;
}

function tokenIn({ headers: { authorization = "" } }: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(authorization)?.[1];
}

const Call = z.object({ method: z.literal("tools/call"), params: z.object({ name: z.string() }) });

function challenge(
  { challenge: said, url, describedAt }: McpResourceServer,
  response: ServerResponse,
  error: string | undefined,
): void {
  const metadata =
    said?.metadata ??
    `${new URL(url).origin}/.well-known/oauth-protected-resource${describedAt === "path" ? "/mcp" : ""}`;
  const parts =
    said === undefined
      ? []
      : [
          ...(describedAt === undefined && said.metadata === undefined
            ? []
            : [`resource_metadata="${metadata}"`]),
          ...(said.scope === undefined ? [] : [`scope="${said.scope}"`]),
          ...(error === undefined ? [] : [`error="${error}"`]),
        ];
  response.setHeader("www-authenticate", `Bearer ${parts.join(", ")}`.trim());
  json(response, 401, { error: error ?? "unauthorized" });
}

async function serve(
  known: KnownToken,
  request: IncomingMessage,
  response: ServerResponse,
  message: unknown,
): Promise<void> {
  const mcp = new McpServer({ name: "crm", version: "1" });
  mcp.registerTool(
    "get_account",
    { description: "Reads an account", inputSchema: { name: z.string() } },
    ({ name }) => ({
      content: [{ type: "text", text: `${name} as ${known.account}` }],
    }),
  );
  mcp.registerTool(
    "log_call",
    { description: "Writes a call", inputSchema: { text: z.string() } },
    ({ text }) => ({
      content: [{ type: "text", text: `logged by ${known.account}: ${text}` }],
    }),
  );
  // Without sessions: each request stands for itself.
  const transport = new StreamableHTTPServerTransport();
  response.on("close", () => void transport.close());
  await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
  await transport.handleRequest(request, response, message);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const piece of request) body += String(piece);
  return body;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
