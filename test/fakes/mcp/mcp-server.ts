// An MCP server over streamable HTTP on loopback, made with the SDK's own server: what it shows and does can be changed at any
// moment, also for the worse. It keeps sessions apart by token, and keeps everything that it was sent.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";

export interface FakeTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: object;
  readonly [member: string]: unknown;
}

export interface Served {
  readonly tool: string;
  readonly arguments: unknown;
  /** Of the account whose token came with it; absent without one. */
  readonly account: string | undefined;
  readonly session: string;
  readonly meta: unknown;
}

/** What a handler may do besides answering. */
export interface Handling extends Served {
  readonly signal: AbortSignal;
  readonly server: Server;
  /** What a question of the server belongs to: without it, it goes where the client may not listen yet. */
  readonly id: RequestId;
  readonly progress: (message: string) => Promise<void>;
  /** The HTTP answer that is under way, for breaking it off. */
  readonly response: ServerResponse;
}

export interface FakeMcp {
  readonly url: string;
  readonly port: number;
  /** What it shows; may be changed at any time. */
  tools: FakeTool[];
  resources: { readonly uri: string; readonly name: string; readonly text: string }[];
  /** Answers calls; the default repeats the arguments. */
  handle: (call: Handling) => CallToolResult | Promise<CallToolResult>;
  /** Looks at every HTTP request first; true if it has answered. */
  before: (request: IncomingMessage, response: ServerResponse, body: string) => boolean;
  /** Whose token that is; undefined is answered with 401. Absent where no account is wanted. */
  accountOf: ((token: string) => Awaitable<string | undefined>) | undefined;
  readonly calls: Served[];
  /** How often the tools were listed. */
  lists: number;
  /** Sessions by id, with the account that opened them. */
  readonly sessions: Map<string, string | undefined>;
  /** Requests that came with a session of another account: there must be none. */
  readonly foreign: string[];
  /** Every `Authorization` that came. */
  readonly tokens: string[];
  /** Sessions that were said goodbye to. */
  readonly ended: string[];
  /** Forgets the sessions, as a restart does. */
  forget(): void;
  /** Tells all sessions that the tools have changed. */
  tellChanged(): Promise<void>;
  close(): Promise<void>;
}

interface Of {
  readonly account?: string;
}

type Awaitable<T> = T | Promise<T>;

interface Live {
  readonly transport: StreamableHTTPServerTransport;
  readonly server: Server;
  readonly account: string | undefined;
  response: ServerResponse | undefined;
}

export async function startFakeMcp(tools: FakeTool[] = []): Promise<FakeMcp> {
  const live = new Map<string, Live>();
  const http: HttpServer = createServer((request, response) => {
    void bodyOf(request).then((body) => take(request, response, body));
  });
  const fake: FakeMcp = {
    url: "",
    port: 0,
    tools,
    resources: [],
    handle: (call) => ({ content: [{ type: "text", text: JSON.stringify(call.arguments) }] }),
    before: () => false,
    accountOf: undefined,
    calls: [],
    lists: 0,
    sessions: new Map(),
    foreign: [],
    tokens: [],
    ended: [],
    forget: () => live.clear(),
    async tellChanged() {
      await Promise.all(
        [...live.values()].map(({ server }) => server.sendToolListChanged().catch(() => undefined)),
      );
    },
    async close() {
      await Promise.all([...live.values()].map(({ server }) => server.close()));
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };

  /** The account of a request; undefined if it was answered already, because it has none. */
  const accountOf = async (request: IncomingMessage, response: ServerResponse): Promise<Of | undefined> => {
    const { authorization = "" } = request.headers;
    if (authorization !== "") fake.tokens.push(authorization);
    if (!fake.accountOf) return {};
    const account = await fake.accountOf(authorization.replace(/^Bearer /, ""));
    if (account !== undefined) return { account };
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    return undefined;
  };

  /** The session of a request; undefined if it was answered already, because it may not have it. */
  const sessionOf = async (
    request: IncomingMessage,
    response: ServerResponse,
    { account }: Of,
  ): Promise<Live | undefined> => {
    const id = request.headers["mcp-session-id"];
    if (typeof id !== "string") return begin(account);
    const own = live.get(id);
    if (request.method === "DELETE") fake.ended.push(id);
    if (own && own.account === account) return own;
    if (own) fake.foreign.push(`${account} in a session of ${own.account}`);
    response.writeHead(own ? 403 : 404).end();
    return undefined;
  };

  const take = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
    if (fake.before(request, response, body)) return;
    const of = await accountOf(request, response);
    const session = of && (await sessionOf(request, response, of));
    if (!session) return;
    if (request.method === "POST") session.response = response;
    await session.transport.handleRequest(request, response, body === "" ? undefined : JSON.parse(body));
  };

  const begin = async (account: string | undefined): Promise<Live> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        fake.sessions.set(id, account);
        live.set(id, session);
      },
    });
    const server = serverOf(fake, () => session);
    const session: Live = { transport, server, account, response: undefined };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the SDK's own transport, which its own type does not fit exactly
    await server.connect(transport as Parameters<Server["connect"]>[0]);
    return session;
  };

  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = http.address() as AddressInfo;
  return Object.assign(fake, { port, url: `http://127.0.0.1:${port}/mcp` });
}

function serverOf(fake: FakeMcp, session: () => Live): Server {
  const server = new Server(
    { name: "fake", version: "1" },
    {
      capabilities: {
        tools: { listChanged: true },
        ...(fake.resources.length > 0 ? { resources: {} } : {}),
      },
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => {
    fake.lists += 1;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it shows may be wrong on purpose
    return { tools: fake.tools.map((tool) => ({ inputSchema: { type: "object" }, ...tool })) } as never;
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { account, response } = session();
    if (!response) throw new Error("No request is under way");
    const served: Served = {
      tool: params.name,
      arguments: params.arguments,
      account,
      session: extra.sessionId ?? "",
      meta: params._meta,
    };
    fake.calls.push(served);
    const progressToken = params._meta?.progressToken;
    let progress = 0;
    return fake.handle({
      ...served,
      signal: extra.signal,
      server,
      id: extra.requestId,
      response,
      progress: async (message) => {
        if (progressToken === undefined) return;
        progress += 1;
        await extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress, message },
        });
      },
    });
  });
  if (fake.resources.length === 0) return server;
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: fake.resources.map(({ uri, name }) => ({ uri, name })),
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
    contents: fake.resources
      .filter(({ uri }) => uri === params.uri)
      .map(({ uri, text }) => ({ uri, mimeType: "text/plain", text })),
  }));
  return server;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no encoding is set
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
