// `deputy config`: the effective settings, secrets hidden.

import { describeConfig } from "../../config/describe-config.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand } from "../contract.ts";
import { printJson, printTable } from "../print.ts";

export const addConfig: AddCommand = (program, context) => {
  program
    .command("config")
    .description("print the effective settings, secrets hidden")
    .option("--json", "one JSON value")
    .action((options: { json?: boolean }) => {
      const described = describeConfig(loadConfig({ env: context.env, cwd: context.cwd }));
      if (options.json) return printJson(context.stdout, described);
      printTable(
        context.stdout,
        described.settings.map((setting) => [setting.name, setting.origin, setting.value ?? "-"]),
      );
      context.stdout.write(
        `\n${described.file.path}: ${described.file.found ? "read" : "not there, defaults are used"}\n`,
      );
      for (const note of described.notes) context.stdout.write(`note: ${note}\n`);
    });
};
