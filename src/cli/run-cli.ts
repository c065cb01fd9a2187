// Parses the command line and runs one command.

import { Command, CommanderError } from "commander";
import { isAppError } from "../base/errors.ts";
import type { CliContext } from "./contract.ts";
import { commands } from "./registry.ts";
import { version } from "./version.ts";

/** The exit code of the process. Never rejects. */
export async function runCli(context: CliContext & { readonly argv: readonly string[] }): Promise<number> {
  let code = 0;
  const program = new Command("deputy")
    .description("A self-hosted colleague for Slack and Microsoft Teams.")
    .version(version(), "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });
  for (const add of commands) add(program, context, (given) => void (code = given));
  for (const command of everyCommand(program)) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...context.argv], { from: "user" });
    return code;
  } catch (error) {
    return failed(error, context);
  }
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

function failed(error: unknown, { stderr }: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isAppError(error)) {
    stderr.write(`${error.message}\n`);
    return error.code === "cli.usage" ? 2 : 1;
  }
  stderr.write(`deputy failed with a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
