// Chooses the database: Postgres where there is a URL, else one SQLite file in the data folder.

import path from "node:path";
import { AppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "./contract.ts";
import { createPostgresStore } from "./postgres.ts";
import { createSqliteStore } from "./sqlite.ts";

export interface StoreSettings {
  /** `postgres://…`; SQLite when absent. */
  readonly databaseUrl?: string;
  readonly dataFolder: string;
  readonly log: Logger;
}

/** Brings the database to this version's tables, too. */
export function openStore(settings: StoreSettings): Promise<Store> {
  const { databaseUrl, dataFolder, log } = settings;
  if (databaseUrl === undefined)
    return createSqliteStore({ path: sqlitePath(dataFolder), log, foldsBeside: true });
  assertPostgresUrl(databaseUrl);
  return createPostgresStore({ url: databaseUrl, log });
}

export function sqlitePath(dataFolder: string): string {
  return path.join(dataFolder, "deputy.db");
}

/** The value is not repeated: it may hold a password. */
export function assertPostgresUrl(databaseUrl: string): void {
  if (URL.canParse(databaseUrl) && /^postgres(ql)?:$/.test(new URL(databaseUrl).protocol)) return;
  throw new AppError(
    "store.bad_url",
    "DATABASE_URL is not the address of a Postgres database. Set it to postgres://user:password@host:port/name, or unset it to use SQLite.",
  );
}
