// The tools of all servers of the configuration, for runs (ToolSource).
//
//   MT1  What is offered is what is approved in the rows at that moment, whichever process wrote them.
//   MT2  A server that does not answer holds nothing up for long, and holds up nothing but its own tools.

import { within } from "../../base/abort.ts";
import { errorText, isAppError } from "../../base/errors.ts";
import type { CancelTimer, Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { McpTool } from "../../domain/mcp-tool.ts";
import type { Run } from "../../domain/run.ts";
import type { Grants, ReadyGrant } from "../../grants/contract.ts";
import type { GuardedRequest } from "../../net/contract.ts";
import type { Store } from "../../store/contract.ts";
import type { Tool, ToolContext, ToolOutcome } from "../contract.ts";
import type { Services } from "../sandbox/contract.ts";
import type { Offer, ToolSource } from "../source.ts";
import { createCallTool, rowsIn } from "./call-tool.ts";
import { ruleFor } from "./catalogue.ts";
import type { McpServer, TransportKind } from "./contract.ts";
import { heldWords, unusableWords } from "./held-words.ts";
import { type Made, makeTool, unseenTool } from "./mcp-tool.ts";
import { transportKinds } from "./registry.ts";
import { resourceRule } from "./resource-tools.ts";
import { type SessionLimits, usualLimits } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { toolName } from "./tool-name.ts";

export interface McpDeps {
  readonly servers: readonly McpServer[];
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly request: GuardedRequest;
  /** Made later than this. */
  readonly grants: () => Grants;
  /** Where servers are started to be looked at; those of a run are started in its own. */
  readonly services?: Services | undefined;
  readonly kinds?: readonly TransportKind[];
  readonly limits?: SessionLimits;
}

export interface McpTools extends ToolSource {
  /** Looks once at the servers that need no account, at those only that were never seen where `all` is false. */
  look(all: boolean): Promise<void>;
  /** Does so from now on and beside everything else. */
  start(): void;
  /** Ends that, and all sessions. */
  close(): Promise<void>;
  states(): Promise<readonly ServerState[]>;
}

export interface ServerState {
  readonly server: string;
  readonly approved: number;
  readonly waiting: number;
  readonly quarantined: number;
  /** Why it could not be looked at, the last time it was tried here. */
  readonly problem?: string;
}

/** A server that failed to show its tools is not asked by the next run at once. */
const quietMs = 30_000;
const farewellMs = 3_000;
const lookEveryMs = 60_000;

export function createMcpTools(deps: McpDeps): McpTools {
  return new Mcp(deps);
}

class Mcp implements McpTools {
  readonly #deps: McpDeps;
  readonly #sessions: ReturnType<typeof createSessions>;
  readonly #call: ReturnType<typeof createCallTool>;
  readonly #made = new Map<string, { readonly of: string; readonly made: Made }>();
  readonly #problems = new Map<string, { readonly at: number; readonly why: string }>();
  readonly #ending = new AbortController();
  #cancelLook: CancelTimer = () => undefined;
  #version = 0;

  constructor(deps: McpDeps) {
    const { kinds = transportKinds, limits = usualLimits } = deps;
    this.#deps = deps;
    this.#sessions = createSessions({ ...deps, kinds, limits });
    this.#call = createCallTool({ ...this.#looking(), sessions: this.#sessions, grants: deps.grants });
  }

  version(): number {
    return this.#version;
  }

  async forRun(run: Run): Promise<Offer> {
    const { servers, store } = this.#deps;
    if (servers.length === 0) return { tools: [], held: new Map() };
    const rows = await store.read((tx) => tx.mcpTools.list());
    const unseen = servers.filter((server) => !rows.some((row) => row.server === server.name));
    const looked = await Promise.all(unseen.map((server) => this.#firstLook(server, run)));
    return this.#offerOf(looked.includes(true) ? await store.read((tx) => tx.mcpTools.list()) : rows);
  }

  async find(tx: Parameters<ToolSource["find"]>[0], name: string): Promise<Tool | undefined> {
    const server = this.#deps.servers.find((candidate) => name.startsWith(`${candidate.name}__`));
    if (!server) return undefined;
    return this.#offerOf(await tx.mcpTools.list(server.name)).tools.find((tool) => tool.name === name);
  }

  leave(run: Run["id"], goesOn: boolean): Promise<void> {
    return this.#sessions.leave(run, goesOn);
  }

  async look(all: boolean): Promise<void> {
    const { servers, store, services } = this.#deps;
    const startable = ({ at }: McpServer): boolean => at.kind === "http" || services !== undefined;
    const open = servers.filter((server) => server.connection === undefined && startable(server));
    const rows = all || open.length === 0 ? [] : await store.read((tx) => tx.mcpTools.list());
    const wanted = open.filter(({ name }) => !rows.some(({ server }) => server === name));
    await this.#lookAt(wanted);
  }

  start(): void {
    const open = this.#deps.servers.filter(({ connection }) => connection === undefined);
    // What is started here changes with the configuration alone: once is enough, so that it can be reviewed.
    const again = open.filter(({ at }) => at.kind === "http");
    const look = async (some: readonly McpServer[]): Promise<void> => {
      if (some.length === 0) return;
      await this.#lookAt(some);
      if (!this.#ending.signal.aborted) {
        this.#cancelLook = this.#deps.clock.after(lookEveryMs, () => void look(again));
      }
    };
    void look(open);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#cancelLook();
    await within(this.#deps.clock, farewellMs, this.#sessions.close());
  }

  async states(): Promise<readonly ServerState[]> {
    const { servers, store } = this.#deps;
    const rows = servers.length === 0 ? [] : await store.read((tx) => tx.mcpTools.list());
    return servers.map(({ name }) => {
      const own = rows.filter(({ server }) => server === name);
      const count = (state: McpTool["state"]): number => own.filter((row) => row.state === state).length;
      const problem = this.#problems.get(name)?.why;
      return {
        server: name,
        approved: count("approved"),
        waiting: count("waiting"),
        quarantined: count("quarantined"),
        ...(problem === undefined ? {} : { problem }),
      };
    });
  }

  async #lookAt(servers: readonly McpServer[]): Promise<void> {
    await Promise.all(servers.map((server) => this.#look(server, undefined, this.#ending.signal)));
  }

  #looking() {
    const { store, clock } = this.#deps;
    return { store, clock, changed: () => void (this.#version += 1) };
  }

  #offerOf(rows: readonly McpTool[]): Offer {
    const tools: Tool[] = [];
    const held = new Map<string, string>();
    for (const server of this.#deps.servers) {
      const own = rows.filter((row) => row.server === server.name);
      for (const row of own) {
        const name = toolName(server.name, row.tool);
        // With accounts, what one person is not shown another one may be.
        if (row.goneAt !== undefined && server.connection === undefined) continue;
        if (row.state !== "approved") {
          held.set(name, heldWords(row));
          continue;
        }
        const made = this.#tool(server, row);
        if (made.kind === "tool") tools.push(made.tool);
        else held.set(name, unusableWords(name, made.why));
      }
      if (own.length === 0) tools.push(...this.#unseen(server));
    }
    return { tools, held };
  }

  /** Made once for each pin, and for what the server wanted for it: a schema is not compiled for every run. */
  #tool(server: McpServer, row: McpTool): Made {
    const key = `${server.name} ${row.tool}`;
    const of = JSON.stringify([row.approvedPin, row.scopes]);
    const known = this.#made.get(key);
    if (known?.made.kind === "tool" && known.of === of) return known.made;
    const made = makeTool(
      server,
      row,
      ruleFor(server, row.tool, resourceRule(server.name, row.tool, row.approvedPin ?? "")),
      this.#call,
    );
    this.#made.set(key, { of, made });
    return made;
  }

  #unseen(server: McpServer): Tool[] {
    return Object.entries(server.tools).map(([tool, rule]) =>
      unseenTool(server, tool, rule, (context) => this.#shown(server, tool, context)),
    );
  }

  async #shown(server: McpServer, tool: string, context: ToolContext): Promise<ToolOutcome> {
    const seat = {
      run: context.run.id,
      grant: context.grant,
      sandbox: context.sandbox,
      onDenied: () => undefined,
    };
    const session = await this.#sessions.of(server, seat);
    const rows = await rowsIn(session, server, { ...this.#looking(), signal: context.signal });
    this.#problems.delete(server.name);
    const found = rows.some((row) => row.tool === tool);
    const content = found
      ? `Not done yet: only now it is known what ${toolName(server.name, tool)} takes. Look at it again, and call it anew.`
      : `The server ${server.name} has no tool ${tool}.`;
    return { kind: "result", content, isError: true, saw: { sources: [server.name] } };
  }

  /** For a run that may be the first to have the account that it takes; true if there is something new. */
  async #firstLook(server: McpServer, run: Run): Promise<boolean> {
    const failed = this.#problems.get(server.name);
    if (failed && this.#deps.clock.now() - failed.at < quietMs) return false;
    const grant = server.connection === undefined ? undefined : await this.#grantFor(server.connection, run);
    if (server.connection !== undefined && !grant) return false;
    return this.#look(server, grant, AbortSignal.timeout(usualLimits.listMs));
  }

  async #grantFor(connection: string, run: Run): Promise<ReadyGrant | undefined> {
    const grants = this.#deps.grants();
    const owner = grants.ownerFor(connection, run);
    if (owner === undefined) return undefined;
    const need = { tenant: run.tenant, owner, connection, run: run.id, mode: run.mode };
    const answer = await this.#deps.store.read((tx) => grants.find(tx, need));
    return answer.kind === "ready" ? answer.grant : undefined;
  }

  async #look(server: McpServer, grant: ReadyGrant | undefined, signal: AbortSignal): Promise<boolean> {
    const { log, clock } = this.#deps;
    try {
      const session = await this.#sessions.open(server, { grant, onDenied: () => undefined });
      try {
        await rowsIn(session, server, { ...this.#looking(), signal });
      } finally {
        await session.close();
      }
      this.#problems.delete(server.name);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      const why = isAppError(error) ? error.message : errorText(error);
      if (this.#problems.get(server.name)?.why !== why)
        log.warn("An MCP server can't be looked at", { server: server.name, error });
      this.#problems.set(server.name, { at: clock.now(), why });
      return false;
    }
  }
}
