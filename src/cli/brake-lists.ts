// What there is to hold up, and what is held up: the lists beside the brakes (docs/brakes.md). That of agents is with their commands.

import { asPersonKey } from "../domain/ids.ts";
import type { Tool } from "../tools/contract.ts";
import { builtinTools } from "../tools/registry.ts";
import { listServers, type ServerView } from "./mcp-desk.ts";
import type { Rows } from "./open-rows.ts";

export interface TenantView {
  readonly id: string;
  readonly state: "paused" | "active";
}

/** Those that something was said in. */
export async function listTenants({ store }: Rows): Promise<readonly TenantView[]> {
  return store.read(async (tx) => {
    const brakes = await tx.brakes.list();
    const isHeld = brakes.some(({ kind }) => kind === "all");
    const paused = new Set(brakes.flatMap(({ kind, name }) => (kind === "tenant" ? [name] : [])));
    const heard = (await tx.conversations.list()).map(({ tenant }) => String(tenant));
    const ids = [...new Set([...heard, ...paused])].toSorted();
    return ids.map((id) => ({ id, state: isHeld || paused.has(id) ? "paused" : "active" }));
  });
}

export interface PersonView {
  readonly key: string;
  readonly state: "revoked" | "active";
  /** Null, like what follows, where it is not known: they were revoked before they wrote. */
  readonly name: string | null;
  readonly kind: string | null;
  readonly seen_at: string | null;
}

/** Whoever was described last comes first; those who are revoked are there in any case. */
export async function listPeople({ store }: Rows, limit: number): Promise<readonly PersonView[]> {
  return store.read(async (tx) => {
    const brakes = await tx.brakes.list();
    const revoked = new Set(brakes.flatMap(({ kind, name }) => (kind === "person" ? [name] : [])));
    const people = (await tx.people.list(limit)).map(({ key, name, kind, seenAt }): PersonView => {
      const state = revoked.delete(key) ? "revoked" : "active";
      return { key, state, name, kind, seen_at: new Date(seenAt).toISOString() };
    });
    for (const key of revoked) {
      const person = asPersonKey(key);
      const { name = null, kind = null } = (await tx.people.find(person)) ?? {};
      const seen = await tx.people.lastSeen(person);
      people.push({
        key,
        state: "revoked",
        name,
        kind,
        seen_at: seen ? new Date(seen.at).toISOString() : null,
      });
    }
    return people;
  });
}

export interface ToolStateView {
  readonly name: string;
  /** `waiting`, `quarantined` and `gone` are of a server's tool (docs/mcp.md). */
  readonly state: "enabled" | "disabled" | "waiting" | "quarantined" | "gone";
  /** Null for one that is disabled and was never seen. */
  readonly effect: string | null;
  /** The MCP server that has it; null for one of Deputy's own. */
  readonly server: string | null;
}

/** Deputy's own, and those of servers as they were seen last. */
export async function listTools(rows: Rows): Promise<readonly ToolStateView[]> {
  const brakes = await rows.store.read((tx) => tx.brakes.list());
  const disabled = new Set(brakes.flatMap(({ kind, name }) => (kind === "tool" ? [name] : [])));
  const known = [...builtinTools.map(ownTool), ...(await listServers(rows, "none")).flatMap(toolsOf)];
  const tools = known.map((tool): ToolStateView => {
    return disabled.delete(tool.name) ? { ...tool, state: "disabled" } : tool;
  });
  for (const name of disabled) tools.push({ name, state: "disabled", effect: null, server: null });
  return tools;
}

function ownTool({ name, effect }: Tool): ToolStateView {
  return { name, state: "enabled", effect, server: null };
}

function toolsOf({ name: server, tools }: ServerView): readonly ToolStateView[] {
  return tools.map(({ name, state, effect }) => {
    return { name, state: state === "approved" ? "enabled" : state, effect, server };
  });
}
