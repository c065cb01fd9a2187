// The door of a Fernway service: MCP over streamable HTTP, for people with a token of Fernway's sign-in.
//
//   DO1  Every request is of the person whose token it carries, whatever session it names. A session is the person's who began it.
//   DO2  What a tool needs is checked before it runs. Whatever ran is in `calls`, whatever was turned away in `refused`.
//   DO3  An act that names the key of one that was done is not done again.

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import type { Listening } from "./listen.ts";
import type { Caller, Login } from "./login.ts";

export interface ServiceCall {
  readonly tool: string;
  readonly person: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** It had been done under this key, and was not done again (DO3). */
  readonly again: boolean;
}

export interface Refusal {
  readonly why: "no_token" | "not_valid_here" | "too_few_scopes" | "session_of_somebody_else";
  readonly person?: string;
}

export interface ServiceTool {
  readonly name: string;
  readonly description: string;
  readonly scope: string;
  readonly reads: boolean;
  readonly input: z.ZodRawShape;
  /** What it throws is told to the caller. */
  readonly run: (args: Readonly<Record<string, unknown>>, person: string) => object;
}

export interface Door {
  /** The address of the server, and the audience of tokens for it. */
  readonly url: string;
  readonly calls: readonly ServiceCall[];
  readonly refused: readonly Refusal[];
  /** Called when a tool has run and before its answer leaves: to be slow, or to look. */
  beforeAnswer: ((call: ServiceCall) => Promise<void>) | undefined;
}

export interface DoorSpec {
  readonly name: string;
  readonly tools: readonly ServiceTool[];
  readonly login: Login;
}

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  readonly person: string;
}

const path = "/mcp";
const wellKnown = "/.well-known/oauth-protected-resource";

const Call = z.object({ method: z.literal("tools/call"), params: z.looseObject({ name: z.string() }) });

export function addressOf({ origin }: Listening): string {
  return `${origin}${path}`;
}

export function openDoor(listening: Listening, spec: DoorSpec): Door {
  const url = addressOf(listening);
  const calls: ServiceCall[] = [];
  const refused: Refusal[] = [];
  const sessions = new Map<string, Session>();
  const done = new Map<string, object>();
  const door: Door = { url, calls, refused, beforeAnswer: undefined };
  const begin = async (person: string): Promise<Session> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { transport, person }),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    await serverOf(spec, door, calls, done).connect(transport);
    return { transport, person };
  };
  /** The session that is named, begun now where none is; undefined if it is over, or somebody else's. */
  const sessionOf = async (named: string | undefined, person: string): Promise<Session | undefined> => {
    if (named === undefined) return begin(person);
    const session = sessions.get(named);
    if (!session || session.person === person) return session;
    refused.push({ why: "session_of_somebody_else", person });
    return undefined;
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body: unknown = request.method === "POST" ? JSON.parse(await text(request)) : undefined;
    const entry = await enter(spec, url, { token: tokenIn(request), body });
    if ("why" in entry) {
      refused.push(entry.refusal);
      const where = `resource_metadata="${listening.origin}${wellKnown}${path}"`;
      const challenge = ["Bearer ", [where, ...entry.why].join(", ")].join("");
      return void response.writeHead(entry.status, { "www-authenticate": challenge }).end();
    }
    const { person, scopes, token } = entry;
    const named = request.headers["mcp-session-id"];
    const session = await sessionOf(typeof named === "string" ? named : undefined, person);
    if (!session) return void response.writeHead(404).end();
    const auth = { token, clientId: "", scopes: [...scopes], extra: { person } };
    await session.transport.handleRequest(Object.assign(request, { auth }), response, body);
  };
  listening.http.on("request", (request, response) => {
    const at = new URL(request.url ?? "/", listening.origin).pathname;
    if (at === wellKnown || at === `${wellKnown}${path}`) return describe(response, url, spec);
    if (at !== path) return void response.writeHead(404).end();
    take(request, response).catch(() => response.writeHead(400).end());
  });
  return door;
}

function tokenIn({ headers }: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1];
}

interface Refused {
  readonly status: 401 | 403;
  /** For the challenge. */
  readonly why: readonly string[];
  readonly refusal: Refusal;
}

/** Whoever it is, if they may do what they ask for (DO1, DO2). */
async function enter(
  { login, tools }: DoorSpec,
  url: string,
  { token, body }: { readonly token: string | undefined; readonly body: unknown },
): Promise<(Caller & { readonly token: string }) | Refused> {
  if (token === undefined) return { status: 401, why: [], refusal: { why: "no_token" } };
  const caller = await login.callerOf(token, url);
  if (!caller) return { status: 401, why: ['error="invalid_token"'], refusal: { why: "not_valid_here" } };
  const missing = missingScope(tools, caller, body);
  if (missing === undefined) return { ...caller, token };
  const why = ['error="insufficient_scope"', `scope="${missing}"`];
  return { status: 403, why, refusal: { why: "too_few_scopes", person: caller.person } };
}

/** RFC 9728. */
function describe(response: ServerResponse, url: string, { login, tools }: DoorSpec): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      resource: url,
      authorization_servers: [login.issuer],
      scopes_supported: [...new Set(tools.map(({ scope }) => scope))],
      bearer_methods_supported: ["header"],
    }),
  );
}

function missingScope(tools: readonly ServiceTool[], { scopes }: Caller, body: unknown): string | undefined {
  for (const message of [body].flat()) {
    const call = Call.safeParse(message).data;
    const scope = tools.find(({ name }) => name === call?.params.name)?.scope;
    if (scope !== undefined && !scopes.has(scope)) return scope;
  }
  return undefined;
}

/** What a caller names an act by: the same when it is done again, after it did not hear what came of it. */
const keyMember = "deputy/key";

function serverOf(
  { name, tools }: DoorSpec,
  door: Door,
  calls: ServiceCall[],
  done: Map<string, object>,
): McpServer {
  const server = new McpServer({ name, version: "1.0.0" });
  for (const tool of tools) {
    const { description, input, reads } = tool;
    const config = { description, inputSchema: input, annotations: { readOnlyHint: reads } };
    server.registerTool(tool.name, config, async (args, { authInfo, _meta }) => {
      const person = String(authInfo?.extra?.["person"]);
      const key = reads ? undefined : _meta?.[keyMember];
      const act = JSON.stringify([person, tool.name, key]);
      const before = key === undefined ? undefined : done.get(act);
      const result = before ?? tool.run(args, person);
      done.set(act, result);
      const call = { tool: tool.name, person, args, again: before !== undefined };
      calls.push(call);
      await door.beforeAnswer?.(call);
      return { content: [{ type: "text", text: JSON.stringify(result) }] };
    });
  }
  return server;
}
