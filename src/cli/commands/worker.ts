// `deputy worker`: a process that only works on runs; its own port has /healthz and /readyz.

import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand } from "../contract.ts";
import { serve } from "../serve.ts";

export const addWorker: AddCommand = (program, context, finish) => {
  program
    .command("worker")
    .description("work on runs only; needs REDIS_URL, and the database and blobs of the server")
    .action(async () => {
      const config = loadConfig({ env: { ...context.env, DEPUTY_ROLE: "worker" }, cwd: context.cwd });
      finish(await serve({ config, role: "worker", log: { to: "stdout" } }, () => undefined));
    });
};
