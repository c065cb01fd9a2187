// `deputy migrate`: brings the database to this version's tables; `start` does the same by itself.

import type { AddCommand } from "../contract.ts";
import { withRows } from "../open-rows.ts";
import { printJson } from "../print.ts";

export const addMigrate: AddCommand = (program, context) => {
  program
    .command("migrate")
    .description("bring the database to this version's tables")
    .option("--json", "one JSON value")
    .action(async (options: { json?: boolean }) => {
      const dialect = await withRows(context, ({ store }) => Promise.resolve(store.dialect));
      if (options.json) return printJson(context.stdout, { dialect, migrated: true });
      context.stdout.write(`The ${dialect} database has this version's tables.\n`);
    });
};
