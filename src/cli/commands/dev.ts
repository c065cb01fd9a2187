// `deputy dev`: server, worker and local chat on this machine, and the chat page in a browser.

import { spawn } from "node:child_process";
import type { AppOptions } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { printJson } from "../print.ts";
import { serve, upView } from "../serve.ts";

export const addDev: AddCommand = (program, context, finish) => {
  program
    .command("dev")
    .description("run everything on this machine and open the local chat")
    .option("--no-open", "don't open a browser")
    .option("--playground", "let Microsoft's Agents Playground in at /api/messages, without a token")
    .option("--json", "one JSON value when it is up; logs on stderr, and no browser")
    .action(async (options: { open: boolean; playground?: boolean; json?: boolean }) => {
      const env = { ...context.env, DEPUTY_LOG_LEVEL: context.env["DEPUTY_LOG_LEVEL"] ?? "warn" };
      const config = loadConfig({ env, cwd: context.cwd });
      const playground = options.playground === true;
      const form = context.stderr.isTTY ? "pretty-colour" : "json";
      const served: AppOptions = { config, role: "all", log: { to: "stderr", form }, playground };
      finish(
        await serve(served, (app) => {
          if (options.json) return printJson(context.stdout, upView(app, served));
          if (app.chatUrl !== undefined) context.stdout.write(`Chat    ${app.chatUrl}\n`);
          context.stdout.write(`Data    ${config.core.dataFolder}\n`);
          context.stdout.write(`Model   ${app.modelLabel}\n`);
          if (options.open && context.stdout.isTTY && app.chatUrl !== undefined)
            openBrowser(app.chatUrl, context);
        }),
      );
    });
};

/** Best effort: the address stands in the terminal anyway. */
function openBrowser(url: string, { env }: CliContext): void {
  const openers = { darwin: "open", win32: "explorer" } as const;
  const opener =
    process.platform === "darwin" || process.platform === "win32" ? openers[process.platform] : "xdg-open";
  if (opener === "xdg-open" && env["DISPLAY"] === undefined && env["WAYLAND_DISPLAY"] === undefined) return;
  spawn(opener, [url], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
