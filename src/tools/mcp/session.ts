// One session with one server, for one run and one account (MC4).
//
//   SE1  What the server may ask of us is nothing: no sampling, no roots (MCP-9).
//   SE2  Lists are bounded in pages, entries and bytes, and calls in time: a call that shows no progress for a while is cancelled
//        at the server.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, type CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { McpServer, OpenTransport } from "./contract.ts";
import { readDefinition, type Shown } from "./definition.ts";
import { asFailure } from "./protocol-errors.ts";

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
}

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

export class Session {
  readonly #server: McpServer;
  readonly #open: OpenTransport;
  readonly #client: Client;
  readonly #limits: SessionLimits;
  #closed = false;

  private constructor(server: McpServer, open: OpenTransport, client: Client, limits: SessionLimits) {
    this.#server = server;
    this.#open = open;
    this.#client = client;
    this.#limits = limits;
  }

  /** Rejects with an `McpFailure`, or what the account could not be used for. */
  static async open(server: McpServer, open: OpenTransport, limits: SessionLimits): Promise<Session> {
    const client = new Client(identity, { capabilities: {} });
    client.onerror = () => undefined; // who waits for an answer is told by its own request
    try {
      await client.connect(open.transport, { timeout: limits.connectMs });
      const session = new Session(server, open, client, limits);
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

  list(signal: AbortSignal): Promise<Listing> {
    return this.#asked(async () => {
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
    });
  }

  call({ tool, arguments: args, key, signal }: Call): Promise<CallToolResult> {
    return this.#asked(() =>
      this.#client.request(
        {
          method: "tools/call",
          params: { name: tool, arguments: { ...args }, _meta: { "deputy/key": key } },
        },
        CallToolResultSchema,
        {
          signal,
          timeout: this.#limits.idleMs,
          maxTotalTimeout: this.#limits.callMs,
          resetTimeoutOnProgress: true,
          onprogress: () => undefined,
        },
      ),
    );
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
      throw asFailure(error, this.#server.name);
    }
  }
}
