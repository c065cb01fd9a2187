// `deputy migrate`: brings the database to this version's tables; `start` does the same by itself.

import { loadConfig } from "../../config/load-config.ts";
import { migrate } from "../../store/migrate.ts";
import type { AddCommand } from "../contract.ts";
import { printJson } from "../print.ts";

export const addMigrate: AddCommand = (program, context) => {
  program
    .command("migrate")
    .description("bring the database to this version's tables")
    .option("--json", "one JSON value")
    .action(async (options: { json?: boolean }) => {
      const { core, state } = loadConfig({ env: context.env, cwd: context.cwd });
      const url = state.databaseUrl?.reveal();
      const migrated = await migrate({
        dataFolder: core.dataFolder,
        ...(url === undefined ? {} : { databaseUrl: url }),
      });
      if (options.json) return printJson(context.stdout, migrated);
      const { database, applied } = migrated;
      const done = `${applied} ${applied === 1 ? "migration" : "migrations"} applied`;
      context.stdout.write(`${database}: ${applied === 0 ? "up to date" : done}.\n`);
    });
};
