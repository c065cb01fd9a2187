// `deputy worker`: a process that only works on runs; its own port has /healthz and /readyz.

import type { AppOptions } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand } from "../contract.ts";
import { printJson } from "../print.ts";
import { serve, upView } from "../serve.ts";

export const addWorker: AddCommand = (program, context, finish) => {
  program
    .command("worker")
    .description("work on runs only; needs REDIS_URL, and the database and blobs of the server")
    .option("--json", "one JSON value when it is up; logs on stderr")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const config = loadConfig({ env: { ...context.env, DEPUTY_ROLE: "worker" }, cwd: context.cwd });
      const options: AppOptions = { config, role: "worker", log: { to: json ? "stderr" : "stdout" } };
      finish(
        await serve(options, (app) => {
          if (json) printJson(context.stdout, upView(app, options));
        }),
      );
    });
};
