// `deputy start`: the server, in the role of `DEPUTY_ROLE`.

import type { AppOptions } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand } from "../contract.ts";
import { printJson } from "../print.ts";
import { serve, upView } from "../serve.ts";

export const addStart: AddCommand = (program, context, finish) => {
  program
    .command("start")
    .description("run the server; DEPUTY_ROLE says whether doors, workers or both")
    .option("--json", "one JSON value when it is up; logs on stderr")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const config = loadConfig({ env: context.env, cwd: context.cwd });
      const options: AppOptions = { config, role: config.core.role, log: { to: json ? "stderr" : "stdout" } };
      finish(
        await serve(options, (app) => {
          if (json) return printJson(context.stdout, upView(app, options));
          for (const note of config.notes) context.stderr.write(`note: ${note}\n`);
          if (app.chatUrl !== undefined) context.stderr.write(`Local chat: ${app.chatUrl}\n`);
        }),
      );
    });
};
