// Which authorization server is an MCP server's: the one that it named first, until an operator says otherwise (MCP-4).
//
//   KA1  A server that names another one is stopped: its accounts are quarantined in the transaction that finds out, nothing is
//        registered with or sent to the other one, and those who look after security are told.
//   KA2  Taking the change destroys the accounts that were connected under the former one; their owners connect again.

import type { Tx } from "../../store/contract.ts";
import type { AuthorityRow } from "../../store/contract-authorities.ts";
import type { ConnectionRow } from "../../store/contract-grants.ts";
import { GrantError } from "../errors.ts";
import { revokeRow } from "../revoke.ts";
import type { ConnectionPlace, DiscoveryDeps } from "./deps.ts";

const mostOf = 1_000;

export type Named = Pick<AuthorityRow, "tenant" | "connection" | "server" | "resource" | "issuer" | "scopes">;

/** The row of the connection, if it is still of that server. */
export async function knownAuthority(
  tx: Tx,
  { tenant, connection }: ConnectionPlace,
  server: string,
): Promise<AuthorityRow | undefined> {
  const row = await tx.authorities.find(tenant, connection);
  return row?.server === server ? row : undefined;
}

/** Remembers who authorizes; throws where that is another one than it was (KA1). */
export async function rememberAuthority({ store, clock, log }: DiscoveryDeps, named: Named): Promise<void> {
  const now = clock.now();
  const { tenant, connection } = named;
  const outcome = await store.write(async (tx) => {
    const row = await tx.authorities.find(tenant, connection);
    // The operator gave the connection another server.
    if (row && row.server !== named.server) await tx.authorities.forget(tenant, connection);
    if (await tx.authorities.see({ ...named, seenAt: now })) return "same";
    if (!(await tx.authorities.change({ ...named, issuer: row?.issuer ?? "" }, named.issuer, now)))
      return "stopped";
    await quarantine(tx, named, row?.issuer ?? "", now);
    return "changed";
  });
  if (outcome === "same") return;
  if (outcome === "changed")
    log.error("An MCP server names another authorization server: its accounts are stopped", {
      connection,
      tenant,
    });
  throw quarantined(connection);
}

async function quarantine(tx: Tx, named: Named, known: string, now: number): Promise<void> {
  const { tenant, connection, server, issuer } = named;
  for (const row of await accountsOf(tx, named)) {
    await tx.connections.change(row.id, "quarantined", "other_authorization_server", now);
  }
  await tx.audit.append({
    tenant,
    type: "mcp.quarantined",
    time: now,
    actor: "system",
    connection,
    data: { why: "authorization_server", server, known, named: issuer },
  });
}

function accountsOf(tx: Tx, { tenant, connection }: ConnectionPlace): Promise<ConnectionRow[]> {
  return tx.connections.list({ tenant, name: connection, limit: mostOf });
}

export function quarantined(connection: string): GrantError {
  return new GrantError(
    "grant.quarantined",
    `The server of the connection ${connection} names another authorization server than before, so nothing is sent to either. ` +
      "An operator has to look at it: `deputy mcp review`.",
    { facts: { connection } },
  );
}

export type Settling = "take" | "keep";

/** An operator's word on a change, for every tenant; returns how many there were (KA2). */
export async function settleAuthority(
  tx: Tx,
  connection: string,
  how: Settling,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<number> {
  let settled = 0;
  for (const { other, changedAt: _changedAt, ...row } of await tx.authorities.list(connection)) {
    if (other === undefined) continue;
    settled += 1;
    const accounts = await accountsOf(tx, row);
    for (const account of accounts) {
      if (account.state !== "quarantined") continue;
      if (how === "take") await revokeRow(tx, account, { why: "other_authorization_server", by, now });
      else await tx.connections.change(account.id, "active", undefined, now);
    }
    if (how === "take") {
      await tx.authorities.forget(row.tenant, connection);
      await tx.authorities.see({ ...row, issuer: other, seenAt: now });
    } else await tx.authorities.keep(row.tenant, connection);
    await tx.audit.append({
      tenant: row.tenant,
      type: "mcp.approved",
      time: now,
      actor: by,
      connection,
      data: { what: "authorization_server", issuer: how === "take" ? other : row.issuer, decision: how },
    });
  }
  return settled;
}
