// One session with one server, for one run and one account (MC4).
//
//   SE1  The server may ask questions of people, in the call that they are of (elicitation.ts), and nothing else: no sampling, no
//        roots (MCP-9). Where several calls are under way nobody can tell whose it is: it is cancelled.
//   SE2  Lists are bounded in pages, entries and bytes, and calls in time: a call that shows no progress for a while is cancelled
//        at the server.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  type CallToolResult,
  ElicitRequestSchema,
  type ElicitResult,
  ErrorCode,
  McpError,
  type Progress,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { McpServer, OpenTransport } from "./contract.ts";
import { readDefinition, type Shown } from "./definition.ts";
import { McpAsksFirst } from "./errors.ts";
import { asFailure } from "./protocol-errors.ts";
import { callResourceTool, resourceTools } from "./resource-tools.ts";

export interface Listing {
  readonly shown: readonly Shown[];
  /** There was more than is taken. */
  readonly isCut: boolean;
}

export interface SessionLimits {
  readonly connectMs: number;
  readonly listMs: number;
  /** Without progress. */
  readonly idleMs: number;
  readonly callMs: number;
}

export const usualLimits: SessionLimits = {
  connectMs: 10_000,
  listMs: 15_000,
  idleMs: 2 * 60_000,
  callMs: 10 * 60_000,
};

const mostPages = 20;
const mostTools = 256;
const identity = { name: "deputy", title: "Deputy", version: "1" } as const;

export interface Call {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The same when the act is done again after a crash: for receivers that honour it (I5). */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Answers a question of the server. */
  readonly elicit: (params: unknown) => ElicitResult;
  readonly onProgress: (progress: Progress) => void;
}

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

export class Session {
  readonly #server: McpServer;
  readonly #open: OpenTransport;
  readonly #client: Client;
  readonly #limits: SessionLimits;
  readonly #calls = new Set<Call>();
  /** Tools of ours, that the server has none of by that name. */
  #resourceTools: ReadonlySet<string> = new Set();
  #closed = false;
  /** Told when the server says that its tools have changed. */
  onToolsChanged: () => void = () => undefined;

  private constructor(server: McpServer, open: OpenTransport, client: Client, limits: SessionLimits) {
    this.#server = server;
    this.#open = open;
    this.#client = client;
    this.#limits = limits;
  }

  /** Rejects with an `McpFailure`, or what the account could not be used for. */
  static async open(server: McpServer, open: OpenTransport, limits: SessionLimits): Promise<Session> {
    const client = new Client(identity, { capabilities: { elicitation: { form: {}, url: {} } } });
    client.onerror = () => undefined; // who waits for an answer is told by its own request
    try {
      await client.connect(open.transport, { timeout: limits.connectMs });
      const session = new Session(server, open, client, limits);
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => session.#elicited(params));
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => session.onToolsChanged());
      // It ended by itself: the next call has another one.
      client.onclose = () => void (session.#closed = true);
      return session;
    } catch (error) {
      await client.close().catch(() => undefined);
      throw asFailure(error, server.name);
    }
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async list(signal: AbortSignal): Promise<Listing> {
    const listing = await this.#asked(() => this.#listTools(signal));
    if (!this.#client.getServerCapabilities()?.resources) return listing;
    const names = listing.shown.flatMap((one) => (one.kind === "definition" ? [one.definition.name] : []));
    const ours = resourceTools.filter(({ name }) => !names.includes(name));
    this.#resourceTools = new Set(ours.map(({ name }) => name));
    const shown = ours.map((definition) => ({ kind: "definition" as const, definition }));
    return { ...listing, shown: [...listing.shown, ...shown] };
  }

  async #listTools(signal: AbortSignal): Promise<Listing> {
    if (!this.#client.getServerCapabilities()?.tools) return { shown: [], isCut: false };
    const shown: Shown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const { tools, nextCursor } = await this.#client.request(
        { method: "tools/list", params: cursor === undefined ? {} : { cursor } },
        Page,
        { timeout: this.#limits.listMs, signal },
      );
      shown.push(...tools.slice(0, mostTools - shown.length).map(readDefinition));
      if (nextCursor === undefined) return { shown, isCut: false };
      if (shown.length >= mostTools) break;
      cursor = nextCursor;
    }
    return { shown, isCut: true };
  }

  async call(call: Call): Promise<CallToolResult> {
    const { tool, arguments: args, key, signal, onProgress } = call;
    const params = { name: tool, arguments: { ...args }, _meta: { "deputy/key": key } };
    const options = {
      signal,
      timeout: this.#limits.idleMs,
      maxTotalTimeout: this.#limits.callMs,
      resetTimeoutOnProgress: true,
      onprogress: onProgress,
    };
    this.#calls.add(call);
    try {
      return await this.#asked(() =>
        this.#resourceTools.has(tool)
          ? callResourceTool(this.#client, call, options)
          : this.#client.request({ method: "tools/call", params }, CallToolResultSchema, options),
      );
    } finally {
      this.#calls.delete(call);
    }
  }

  #elicited(params: unknown): ElicitResult {
    const [call, other] = this.#calls;
    return call && !other ? call.elicit(params) : { action: "cancel" };
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#open.leave();
    await this.#client.close().catch(() => undefined);
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof McpError && error.code === ErrorCode.UrlElicitationRequired) {
        throw new McpAsksFirst(this.#server.name, error.data);
      }
      throw asFailure(error, this.#server.name);
    }
  }
}
