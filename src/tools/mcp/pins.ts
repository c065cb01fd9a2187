// What servers show, held against what was approved (MCP-5).
//
//   PN1  A tool that the configuration names is approved with the pin that is seen first. Any other waits for `deputy mcp approve`.
//   PN2  A tool that was approved and shows another pin is quarantined, in one transaction with the record of it, and stays so until
//        somebody approves what it shows then, whatever it shows meanwhile.
//   PN3  Of two writers that saw different things the first one wins; the other looks again.

import type { NewAuditEvent } from "../../domain/audit-event.ts";
import type { McpTool } from "../../domain/mcp-tool.ts";
import type { Store, Tx } from "../../store/contract.ts";
import { recordedTenants } from "../../store/recorded-tenants.ts";
import { isNamed } from "./catalogue.ts";
import type { McpServer } from "./contract.ts";
import { definitionText, pinOf, type Shown, type ToolDefinition } from "./definition.ts";
import type { Listing } from "./session.ts";

const configured = "config";
/** Of one server, gone ones too: one that invents names is not followed for ever. */
const mostKept = 512;

export interface Observed {
  readonly listing: Listing;
  readonly now: number;
}

/** Keeps what was shown; returns the rows of the server as they are then. */
export async function observe(
  store: Store,
  server: McpServer,
  { listing, now }: Observed,
): Promise<readonly McpTool[]> {
  const definitions = definitionsIn(listing);
  const rows = await store.read((tx) => tx.mcpTools.list(server.name));
  if (changesOf(rows, server, { definitions, listing, now }).length === 0) return rows;
  return store.write(async (tx) => {
    const present = await tx.mcpTools.list(server.name);
    for (const change of changesOf(present, server, { definitions, listing, now }))
      await keep(tx, change, now);
    return tx.mcpTools.list(server.name);
  });
}

interface Seen {
  readonly definitions: ReadonlyMap<string, ToolDefinition>;
  readonly listing: Listing;
  readonly now: number;
}

interface Change {
  readonly before?: McpTool;
  readonly after: McpTool;
}

/** A name that is shown twice says two things, so it says nothing. */
function definitionsIn({ shown }: Listing): ReadonlyMap<string, ToolDefinition> {
  const found = shown.filter(
    (one): one is Extract<Shown, { kind: "definition" }> => one.kind === "definition",
  );
  const names = found.map(({ definition }) => definition.name);
  return new Map(
    found
      .filter(({ definition: { name } }) => names.indexOf(name) === names.lastIndexOf(name))
      .map(({ definition }) => [definition.name, definition]),
  );
}

function changesOf(rows: readonly McpTool[], server: McpServer, seen: Seen): Change[] {
  const { definitions, listing, now } = seen;
  const known = new Map(rows.map((row) => [row.tool, row]));
  let room = mostKept - rows.length;
  const shown = [...definitions.values()].flatMap((definition): Change[] => {
    const before = known.get(definition.name);
    if (!before && room-- <= 0) return [];
    const after = afterSeeing(before, server, definition, now);
    return before && isSame(before, after) ? [] : [{ ...(before ? { before } : {}), after }];
  });
  if (listing.isCut) return shown;
  const gone = rows.filter(({ tool, goneAt }) => goneAt === undefined && !definitions.has(tool));
  return [...shown, ...gone.map((before) => ({ before, after: { ...before, goneAt: now } }))];
}

/** PN1, PN2. */
// oxlint-disable-next-line max-params -- what was known, of which server, what is shown, and when
function afterSeeing(
  before: McpTool | undefined,
  server: McpServer,
  definition: ToolDefinition,
  now: number,
): McpTool {
  const pin = pinOf(server.name, definition);
  const text = definitionText(definition);
  const seen = { server: server.name, tool: definition.name, pin, definition: text };
  const named = isNamed(server, definition.name);
  if (!before) {
    const fresh: McpTool = { ...seen, state: "waiting", seenAt: now };
    return named ? approved(fresh, configured, now) : fresh;
  }
  const { goneAt: _gone, ...back } = before;
  const row: McpTool = back.pin === pin ? back : { ...back, ...seen, seenAt: now };
  if (row.state === "waiting") return named ? approved(row, configured, now) : row;
  return row.approvedPin === pin ? row : { ...row, state: "quarantined" };
}

function isSame(one: McpTool, other: McpTool): boolean {
  return one.pin === other.pin && one.state === other.state && one.goneAt === other.goneAt;
}

export function approved(row: McpTool, by: string, now: number): McpTool {
  const { pin, definition } = row;
  return {
    ...row,
    state: "approved",
    approvedPin: pin,
    approvedDefinition: definition,
    approvedBy: by,
    approvedAt: now,
  };
}

async function keep(tx: Tx, { before, after }: Change, now: number): Promise<void> {
  const done = before ? await tx.mcpTools.change(before, after) : await tx.mcpTools.add(after);
  if (!done || before?.state === after.state) return;
  if (after.state === "quarantined")
    await record(tx, "mcp.quarantined", after, { time: now, actor: "system" });
  if (after.state === "approved") await record(tx, "mcp.approved", after, { time: now, actor: "system" });
}

/** In the record of every tenant: servers are the installation's. */
// oxlint-disable-next-line max-params -- where, what happened, to which tool, and by whom
export async function record(
  tx: Tx,
  type: "mcp.quarantined" | "mcp.approved",
  { server, tool, pin, approvedPin }: McpTool,
  by: Pick<NewAuditEvent, "time" | "actor">,
): Promise<void> {
  const changed = type === "mcp.quarantined" ? { why: "definition", approved: approvedPin ?? "" } : {};
  for (const tenant of await recordedTenants(tx)) {
    await tx.audit.append({ ...by, tenant, type, pin, data: { server, tool: plainName(tool), ...changed } });
  }
}

/** AE1: an event holds names, no words of others. */
function plainName(tool: string): string {
  return tool.replaceAll(/[^\w.-]/g, "_").slice(0, 64);
}
