// `deputy start`: the server, in the role of `DEPUTY_ROLE`.

import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand } from "../contract.ts";
import { serve } from "../serve.ts";

export const addStart: AddCommand = (program, context, finish) => {
  program
    .command("start")
    .description("run the server; DEPUTY_ROLE says whether doors, workers or both")
    .action(async () => {
      const config = loadConfig({ env: context.env, cwd: context.cwd });
      finish(
        await serve({ config, role: config.core.role, log: { to: "stdout" } }, (app) => {
          for (const note of config.notes) context.stderr.write(`note: ${note}\n`);
          if (app.chatUrl !== undefined) context.stderr.write(`Local chat: ${app.chatUrl}\n`);
        }),
      );
    });
};
