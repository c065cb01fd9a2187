// Is there a connection that this run may use for what it needs? Reads rows and nothing else (GR1).

import { isAgentPrincipal } from "../domain/connection.ts";
import type { Tx } from "../store/contract.ts";
import type { ConnectionRow } from "../store/contract-grants.ts";
import { type ConnectionSpec, missingScopes, problemOf, scopesFor } from "./connection-spec.ts";
import type { GrantAnswer, GrantNeed, ReadyGrant } from "./contract.ts";
import { freshOwn } from "./own-connection.ts";

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
  const needed = scopesFor(spec, need.capability);
  if (needed === undefined) {
    return refused(
      `The connection ${spec.name} has no capability ${need.capability}. An operator can give it scopes in deputy.config.yml.`,
    );
  }
  if (spec.identity === "agent") return ofAgent(tx, spec, need, now);
  if (isAgentPrincipal(need.owner))
    return refused(`The connection ${spec.name} is people's own; an agent by itself has none.`);
  return ofPerson(tx, spec, { ...need, needed });
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

async function ofPerson(
  tx: Tx,
  spec: ConnectionSpec,
  need: GrantNeed & { readonly needed: readonly string[] },
): Promise<GrantAnswer> {
  const { tenant, owner, run, needed } = need;
  const held = await tx.connections.held({ tenant, owner, name: spec.name, run });
  const usable = held.filter((row) => spec.grant === "standing" || row.run === run);
  const [first] = usable;
  if (!first) return { kind: "missing", why: "not_connected", scopes: needed };
  const working = usable.filter(({ state }) => state === "active");
  const ready = working.find((row) => missingScopes(spec, row.scopes, needed).length === 0);
  const candidate = ready ?? working[0];
  if (!candidate) return missing(first, "needs_reauth", needed);
  if (!ready) return missing(candidate, "too_few_scopes", needed);
  // The consent for this very run names it, so its owner has said so already (ID-4).
  const isHere =
    need.mode === "assistant" || ready.run === run || (await tx.connections.isAllowedIn(run, ready.id));
  return isHere ? { kind: "ready", grant: readyOf(ready, need) } : missing(ready, "not_here", needed);
}

function missing(
  row: ConnectionRow,
  why: Extract<GrantAnswer, { kind: "missing" }>["why"],
  needed: readonly string[],
): GrantAnswer {
  // A refresh can't widen: what was granted and what is needed are asked for together (VLT-9).
  return { kind: "missing", why, scopes: [...new Set([...row.scopes, ...needed])], id: row.id };
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
