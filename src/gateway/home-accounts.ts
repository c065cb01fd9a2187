// The accounts that a person has connected, and who they are elsewhere, as their home page lists them (ux c.13): what is theirs, and the way
// out of each.

import type { Connection } from "../domain/connection.ts";
import type { HomeItem } from "../domain/home-page.ts";
import type { PersonKey } from "../domain/ids.ts";
import { useButton } from "../runtime/voice/account-list.ts";
import { platformOf } from "../runtime/voice/link-words.ts";
import type { Tx } from "../store/contract.ts";

export async function ownAccounts(tx: Tx, owner: PersonKey, limit: number): Promise<Connection[]> {
  const rows = await tx.connections.list({ owner, limit });
  return rows.filter(({ state }) => state === "active" || state === "needs_reauth");
}

/** `all` are those of the same person. */
export function accountItem(connection: Connection, all: readonly Connection[]): HomeItem {
  const { id, name, account, state, scopes, run, isDefault } = connection;
  const isStanding = state === "active" && run === undefined;
  const others = all.filter((one) => one.name === name && one.tenant === connection.tenant && one.id !== id);
  const chosen = isStanding && isDefault && others.length > 0 ? ["this one is used"] : [];
  const works = state === "active" ? scopes.join(", ") : `has to be connected again: say “connect ${name}”`;
  return {
    title: `${name}: ${account}`,
    note: [works, ...chosen, ...(run === undefined ? [] : ["for one piece of work only"])].join(" · "),
    buttons: [
      ...(isStanding && !isDefault ? [useButton(connection)] : []),
      { action: "connect.disconnect", value: id, label: "Disconnect", style: "danger" },
    ],
  };
}

/** The same person elsewhere (domain/person-link.ts). */
export async function linkedItem(tx: Tx, key: PersonKey): Promise<HomeItem> {
  const name = (await tx.people.find(key))?.name;
  return {
    title: `You in ${platformOf(key)}${name === undefined ? "" : `: ${name}`}`,
    note: "counts as you where two people have to decide, and where access is withdrawn",
    buttons: [
      {
        action: "person.unlink",
        value: "self",
        label: "Unlink",
        style: "danger",
        confirm: "Nothing of what is yours here or there is lost by it.",
      },
    ],
  };
}
