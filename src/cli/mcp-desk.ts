// What `deputy mcp` works with: the servers of the configuration, and their tools as rows.
//
//   MD1  What is approved is what stands in the row that was looked at, never what a server shows a moment later (MCP-5, PN3).

import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { McpTool } from "../domain/mcp-tool.ts";
import { settleAuthority, type Settling } from "../grants/discovery/known-authority.ts";
import { createGuardedRequest } from "../net/guarded-request.ts";
import { ruleFor, serversOf } from "../tools/mcp/catalogue.ts";
import type { McpServer } from "../tools/mcp/contract.ts";
import { type DefinitionChange, definitionChanges } from "../tools/mcp/definition-changes.ts";
import { createMcpTools, type McpTools } from "../tools/mcp/mcp-tools.ts";
import { approved, record } from "../tools/mcp/pins.ts";
import { resourceRule } from "../tools/mcp/resource-tools.ts";
import { toolName } from "../tools/mcp/tool-name.ts";
import type { Rows } from "./open-rows.ts";

export interface ToolView {
  readonly tool: string;
  /** As the model calls it. */
  readonly name: string;
  readonly state: McpTool["state"] | "gone";
  readonly effect: string;
  readonly repeat: string;
  readonly pin: string;
  readonly approved_pin: string | null;
  readonly approved_by: string | null;
  readonly approved_at: string | null;
  readonly seen_at: string;
}

export interface ServerView {
  readonly name: string;
  readonly url?: string;
  /** Whole, as it is started (MCP-11). */
  readonly command?: readonly string[];
  readonly connection?: string;
  readonly problem?: string;
  readonly tools: readonly ToolView[];
}

export interface ReviewView
  extends Pick<ToolView, "tool" | "name" | "state" | "effect" | "pin" | "approved_pin"> {
  readonly server: string;
  readonly changes: readonly DefinitionChange[];
}

export function mcpToolsOf({ config, store, log }: Rows): McpTools {
  return createMcpTools({
    servers: serversOf(config.file.settings.mcp),
    store,
    clock: systemClock,
    log,
    request: createGuardedRequest({ allow: config.limits.egressAllow ?? [], clock: systemClock }),
    grants: () => {
      throw new TypeError("Servers that need an account are looked at by runs only");
    },
  });
}

/** `look`: those that were never seen are looked at first, where that needs no account. */
export async function listServers(rows: Rows, look: "never-seen" | "all" | "none"): Promise<ServerView[]> {
  const servers = serversOf(rows.config.file.settings.mcp);
  const problems = await lookedAt(rows, look);
  const tools = await rows.store.read((tx) => tx.mcpTools.list());
  return servers.map((server) => {
    const { name, at, connection } = server;
    const problem = problems.get(name);
    return {
      name,
      ...(at.kind === "http" ? { url: at.url } : { command: [at.command, ...at.args] }),
      ...(connection === undefined ? {} : { connection }),
      ...(problem === undefined ? {} : { problem }),
      tools: tools.filter((tool) => tool.server === name).map((tool) => toolView(server, tool)),
    };
  });
}

async function lookedAt(rows: Rows, look: "never-seen" | "all" | "none"): Promise<Map<string, string>> {
  if (look === "none") return new Map();
  const mcp = mcpToolsOf(rows);
  try {
    await mcp.look(look === "all");
    const states = await mcp.states();
    return new Map(
      states.flatMap(({ server, problem }) => (problem === undefined ? [] : [[server, problem] as const])),
    );
  } finally {
    await mcp.close();
  }
}

function toolView(server: McpServer, row: McpTool): ToolView {
  const { effect, repeat } = ruleFor(server, row.tool, resourceRule(server.name, row.tool, row.pin));
  return {
    tool: row.tool,
    name: toolName(server.name, row.tool),
    state: row.goneAt === undefined ? row.state : "gone",
    effect,
    repeat,
    pin: row.pin,
    approved_pin: row.approvedPin ?? null,
    approved_by: row.approvedBy ?? null,
    approved_at: timeOf(row.approvedAt) ?? null,
    seen_at: new Date(row.seenAt).toISOString(),
  };
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** What waits for an operator: new ones whole, changed ones with the difference. */
export async function reviewTools(
  rows: Rows,
  only: string | undefined,
  look: boolean,
): Promise<ReviewView[]> {
  const servers = serversOf(rows.config.file.settings.mcp);
  if (only !== undefined) mustBeConfigured(servers, only);
  await lookedAt(rows, look ? "all" : "none");
  const tools = await rows.store.read((tx) => tx.mcpTools.list(only));
  return tools
    .filter(({ state, goneAt }) => state !== "approved" && goneAt === undefined)
    .flatMap((row) => {
      const server = servers.find(({ name }) => name === row.server);
      if (!server) return [];
      const { tool, name, state, effect, pin, approved_pin } = toolView(server, row);
      const changes = definitionChanges(row.approvedDefinition, row.definition);
      return [{ server: server.name, tool, name, state, effect, pin, approved_pin, changes }];
    });
}

export interface AuthorityView {
  readonly connection: string;
  readonly server: string;
  /** Whose tokens were taken so far. */
  readonly issuer: string;
  /** What the server names now. */
  readonly other: string;
}

/** Servers that name another authorization server than before: their accounts are stopped (MCP-4). */
export async function changedAuthorities({ store }: Rows): Promise<AuthorityView[]> {
  const rows = await store.read((tx) => tx.authorities.list());
  return rows.flatMap(({ connection, server, issuer, other }) =>
    other === undefined ? [] : [{ connection, server, issuer, other }],
  );
}

/** An operator's word on that; returns for how many tenants it was due. */
export async function settleAuthorityOf(
  { config, store }: Rows,
  server: string,
  how: Settling,
  by: string,
): Promise<number> {
  const servers = serversOf(config.file.settings.mcp);
  mustBeConfigured(servers, server);
  const connection = servers.find(({ name }) => name === server)?.connection;
  if (connection === undefined) return 0;
  return store.write((tx) => settleAuthority(tx, connection, how, { by, now: systemClock.now() }));
}

interface Approving {
  readonly server: string;
  /** All that wait or are quarantined where it is absent. */
  readonly tool?: string | undefined;
  /** The beginning of the pin that was reviewed. */
  readonly pin?: string | undefined;
  readonly by: string;
}

/** MD1. Returns the tools that were approved. */
export async function approveTools(rows: Rows, { server, tool, pin, by }: Approving): Promise<McpTool[]> {
  mustBeConfigured(serversOf(rows.config.file.settings.mcp), server);
  await lookedAt(rows, "never-seen");
  const time = systemClock.now();
  return rows.store.write(async (tx) => {
    const all = await tx.mcpTools.list(server);
    const named =
      tool === undefined
        ? all
        : all.filter((row) => row.tool === tool || toolName(server, row.tool) === tool);
    if (named.length === 0) throw unseen(server, tool);
    const open = named.filter(({ state }) => state !== "approved");
    if (pin !== undefined && open.some((row) => !row.pin.startsWith(pin))) throw changedMeanwhile(server);
    const done: McpTool[] = [];
    for (const row of open) {
      const after = approved(row, by, time);
      if (!(await tx.mcpTools.change(row, after))) throw changedMeanwhile(server);
      await record(tx, "mcp.approved", after, { time, actor: by });
      done.push(after);
    }
    return done;
  });
}

function mustBeConfigured(servers: readonly McpServer[], name: string): void {
  if (servers.some((server) => server.name === name)) return;
  const known = servers.map((server) => server.name).join(", ") || "none";
  throw new AppError(
    "cli.no_server",
    `There is no MCP server ${name} in the configuration. Known: ${known}.`,
  );
}

function unseen(server: string, tool: string | undefined): AppError {
  return new AppError(
    "cli.no_tool",
    tool === undefined
      ? `Nothing was seen of the server ${server} yet. It is looked at when Deputy runs, or when somebody has connected the account that it wants.`
      : `The server ${server} has shown no tool ${tool}. \`deputy mcp list\` shows what there is.`,
  );
}

function changedMeanwhile(server: string): AppError {
  return new AppError(
    "cli.pin_changed",
    `Nothing was approved: what ${server} shows is not what was reviewed. Look at it again with \`deputy mcp review ${server}\`.`,
  );
}
