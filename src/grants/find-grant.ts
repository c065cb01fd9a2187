// Is there a connection that this run may use for what it needs? Reads rows and nothing else (GR1).

import { isAgentPrincipal } from "../domain/connection.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import { type ConnectionSpec, missingScopes, problemOf, scopesFor } from "./connection-spec.ts";
import type { GrantAnswer, GrantNeed, ReadyGrant } from "./contract.ts";
import { knownAuthority, quarantined } from "./discovery/known-authority.ts";
import { freshOwn } from "./own-connection.ts";
import { isForResource } from "./usable.ts";

export async function findGrant(
  tx: Tx,
  spec: ConnectionSpec | undefined,
  need: GrantNeed,
  now: number,
): Promise<GrantAnswer> {
  if (spec === undefined)
    return refused(`There is no connection ${need.connection} in deputy.config.yml. An operator can add it.`);
  const problem = problemOf(spec);
  if (problem !== undefined) return refused(problem);
  const scopes = await scopesOf(tx, spec, need);
  if (typeof scopes === "string") return refused(scopes);
  const asked = [...new Set([...scopes.asked, ...(need.scopes ?? [])])];
  if (spec.identity === "agent") return ofAgent(tx, spec, need, now);
  if (isAgentPrincipal(need.owner))
    return refused(`The connection ${spec.name} is people's own; an agent by itself has none.`);
  return ofPerson(tx, spec, { ...need, ...scopes, asked });
}

interface Scopes {
  readonly needed: readonly string[];
  readonly asked: readonly string[];
}

/** Or why there are none, in a sentence. */
async function scopesOf(tx: Tx, spec: ConnectionSpec, need: GrantNeed): Promise<Scopes | string> {
  const { server } = spec.provider;
  const { tenant, capability } = need;
  if (server.kind === "resource") {
    const authority = await knownAuthority(tx, { tenant, connection: spec.name }, server.url);
    if (authority?.other !== undefined) return quarantined(spec.name).message;
    // What the configuration leaves open, the server says: asked for, and not insisted on.
    if (!Object.hasOwn(spec.scopes, capability ?? "")) return { needed: [], asked: authority?.scopes ?? [] };
  }
  const needed = scopesFor(spec, capability);
  if (needed !== undefined) return { needed, asked: needed };
  return `The connection ${spec.name} has no capability ${capability}. An operator can give it scopes in deputy.config.yml.`;
}

async function ofAgent(tx: Tx, spec: ConnectionSpec, need: GrantNeed, now: number): Promise<GrantAnswer> {
  const { tenant, owner } = need;
  if (!isAgentPrincipal(owner))
    return refused(`The connection ${spec.name} is the agent's own, and nobody else's.`);
  const fresh = freshOwn({ tenant, owner }, spec, now);
  const row = (await tx.connections.find(fresh.id)) ?? fresh;
  if (row.state === "active") return { kind: "ready", grant: readyOf(row, need) };
  return refused(
    row.state === "revoked"
      ? `The connection ${spec.name} was revoked. An operator can give it a new credential in deputy.config.yml.`
      : `${spec.provider.title} refuses the credential of the connection ${spec.name}. An operator has to renew it.`,
  );
}

async function ofPerson(tx: Tx, spec: ConnectionSpec, need: GrantNeed & Scopes): Promise<GrantAnswer> {
  const { tenant, owner, run, needed, asked, capability = "" } = need;
  if (!(await isMember(tx, owner))) return refused(membersOnly);
  const held = await tx.connections.held({ tenant, owner, name: spec.name, run });
  const usable = held.filter(
    (row) => (spec.grant === "standing" || row.run === run) && isForResource(row, spec),
  );
  const [first] = usable;
  if (!first) return { kind: "missing", why: "not_connected", scopes: asked, title: spec.provider.title };
  const working = usable.filter(({ state }) => state === "active");
  // The one that its owner has chosen is meant, also where another one could do it already.
  const [ready] = working;
  if (!ready) return missing(spec, first, "needs_reauth", asked);
  if (missingScopes(spec, ready.scopes, needed).length > 0)
    return missing(spec, ready, "too_few_scopes", asked);
  const want = await tx.scopeWants.find(ready.id, capability);
  if (want && want.askedAt === undefined && missingScopes(spec, ready.scopes, want.scopes).length > 0)
    return missing(spec, ready, "too_few_scopes", [...asked, ...want.scopes]);
  // The consent for this very run names it, so its owner has said so already (ID-4).
  const isHere =
    need.mode === "assistant" || ready.run === run || (await tx.connections.isAllowedIn(run, ready.id));
  return isHere ? { kind: "ready", grant: readyOf(ready, need) } : missing(spec, ready, "not_here", needed);
}

const membersOnly =
  "Only members of this organisation can have their accounts used; whom this is for is none. A member can ask for it.";

/** ID-2: as their platform last described them; whom it never did is none. */
async function isMember(tx: Tx, owner: GrantNeed["owner"]): Promise<boolean> {
  return !isAgentPrincipal(owner) && (await tx.people.find(owner))?.kind === "member";
}

// oxlint-disable-next-line max-params -- of which service, which account, why, and what is to be asked for
function missing(
  { provider: { title } }: ConnectionSpec,
  row: ConnectionRow,
  why: Extract<GrantAnswer, { kind: "missing" }>["why"],
  needed: readonly string[],
): GrantAnswer {
  // A refresh can't widen: what was granted and what is needed are asked for together (VLT-9).
  return { kind: "missing", why, scopes: [...new Set([...row.scopes, ...needed])], title, id: row.id };
}

function readyOf(row: ConnectionRow, { tenant, owner, run }: GrantNeed): ReadyGrant {
  return {
    id: row.id,
    tenant,
    owner,
    connection: row.name,
    account: row.account,
    scopes: row.scopes,
    run,
  };
}

function refused(why: string): GrantAnswer {
  return { kind: "refused", why };
}
