// The accounts that a person has connected, as their home page lists them (ux c.13): what is theirs, and the way out of each.

import type { Connection } from "../domain/connection.ts";
import type { HomeItem } from "../domain/home-page.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";

export async function ownAccounts(tx: Tx, owner: PersonKey, limit: number): Promise<Connection[]> {
  const rows = await tx.connections.list({ owner, limit });
  return rows.filter(({ state }) => state === "active" || state === "needs_reauth");
}

export function accountItem({ id, name, account, state, scopes, run }: Connection): HomeItem {
  const works = state === "active" ? scopes.join(", ") : `has to be connected again: say “connect ${name}”`;
  return {
    title: `${name}: ${account}`,
    note: [works, ...(run === undefined ? [] : ["for one piece of work only"])].join(" · "),
    buttons: [{ action: "connect.disconnect", value: id, label: "Disconnect", style: "danger" }],
  };
}
