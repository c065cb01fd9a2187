// Store and workspaces for commands that look or mend while the server may be running beside them.
//
//   OR1  Where there was no database that is said: whoever stops or lists nothing may stand in the wrong folder.

import { existsSync } from "node:fs";
import { logOf } from "../app/log-of.ts";
import { openConfiguredStore, openConfiguredWorkspaces } from "../app/open-edges.ts";
import type { Logger } from "../base/logger.ts";
import { type Config, loadConfig } from "../config/load-config.ts";
import type { Store } from "../store/contract.ts";
import { sqlitePath } from "../store/open.ts";
import type { Workspaces } from "../workspace/contract.ts";
import type { CliContext } from "./contract.ts";

export interface Rows {
  readonly config: Config;
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly log: Logger;
}

/** Opens what `act` needs and closes it afterwards. */
export async function withRows<T>(context: CliContext, act: (rows: Rows) => Promise<T>): Promise<T> {
  const config = loadConfig({ env: context.env, cwd: context.cwd });
  const log = logOf(config, { to: "stderr" });
  const isNew = config.state.databaseUrl === undefined && !existsSync(sqlitePath(config.core.dataFolder));
  const store = await openConfiguredStore(config, log);
  if (isNew) context.stderr.write(newDatabase(config.core.dataFolder)); // OR1
  try {
    return await act({ config, store, workspaces: openConfiguredWorkspaces(config, log), log });
  } finally {
    await store.close();
  }
}

function newDatabase(folder: string): string {
  return `note: there was no database in ${folder}, so an empty one is made. Set DEPUTY_DATA if yours is elsewhere.\n`;
}
