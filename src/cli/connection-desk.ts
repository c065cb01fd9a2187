// What `deputy connections` and `deputy keys` work with: the rows, and the vault where its key is here.

import { masterKeySource } from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { createVault } from "../vault/vault.ts";
import type { KeyDesk } from "../vault/keys.ts";
import { findMasterKey } from "../vault/master-key.ts";
import type { MasterKeys } from "../vault/master-keys.ts";
import { revokeRow } from "../grants/revoke.ts";
import type { Store } from "../store/contract.ts";
import { cliActor } from "./audit-desk.ts";
import type { CliContext } from "./contract.ts";
import { type Rows, withRows } from "./open-rows.ts";

const mostShown = 1_000;

export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly account: string;
  readonly scopes: readonly string[];
  readonly state: string;
  /** Of the access token; null where there is none. */
  readonly expires_at: string | null;
  readonly run?: string;
}

export async function listConnections({ store }: Pick<Rows, "store">): Promise<ConnectionView[]> {
  const rows = await store.read((tx) => tx.connections.list({ limit: mostShown }));
  return rows.map(({ id, name, owner, account, scopes, state, expiresAt, run }) => ({
    id,
    name,
    owner,
    account,
    scopes,
    state,
    expires_at: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    ...(run === undefined ? {} : { run }),
  }));
}

/** At once for whoever would use it. The server gives the access back at the service, within seconds or when it is started. */
export async function revokeFromCli(
  store: Store,
  id: string,
  context: Pick<CliContext, "env">,
): Promise<void> {
  const now = systemClock.now();
  await store.write(async (tx) => {
    const row = await tx.connections.find(id);
    if (!row)
      throw new AppError(
        "cli.no_connection",
        `There is no connection ${id}. \`deputy connections list\` shows them.`,
      );
    if (!(await revokeRow(tx, row, { why: "cli", by: cliActor(context), now })))
      throw new AppError("cli.revoked", `The connection ${id} is revoked already.`);
  });
}

export async function withKeys<T>(
  context: CliContext,
  act: (desk: KeyDesk & { readonly keys: MasterKeys }) => Promise<T>,
): Promise<T> {
  return withRows(context, async ({ config, store }) => {
    const source = masterKeySource(config);
    const current = await findMasterKey(store, source);
    if (current === undefined)
      throw new AppError(
        "cli.no_key",
        "The master key is not here. Run this where Deputy runs, with its DEPUTY_DATA or DEPUTY_MASTER_KEY.",
      );
    const keys = { current, previous: source.previous };
    return act({ store, vault: createVault(keys, systemClock), keys });
  });
}
