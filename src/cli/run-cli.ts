// Parses the command line and runs one command.

import { Command, CommanderError } from "commander";
import { terminalText } from "../base/terminal-text.ts";
import { isAppError } from "../base/errors.ts";
import type { CliContext } from "./contract.ts";
import { forTerminal } from "./for-terminal.ts";
import { commands } from "./registry.ts";
import { version } from "./version.ts";

/** The exit code of the process. Never rejects. */
export async function runCli(given: CliContext & { readonly argv: readonly string[] }): Promise<number> {
  let code = 0;
  const context = { ...given, stdout: paintsItself(given.argv) ? given.stdout : forTerminal(given.stdout) };
  const program = new Command("deputy")
    .description("A self-hosted colleague for Slack and Microsoft Teams.")
    .version(version(), "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });
  for (const add of commands) add(program, context, (done) => void (code = done));
  for (const command of everyCommand(program)) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync([...context.argv], { from: "user" });
    return code;
  } catch (error) {
    return failed(error, context);
  }
}

/** The demo has colours of its own, and shows a story of ours. */
function paintsItself([command]: readonly string[]): boolean {
  return command === "demo";
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}

function failed(error: unknown, { stderr }: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isAppError(error)) {
    stderr.write(`${terminalText(error.message, true)}
`);
    return error.code === "cli.usage" ? 2 : 1;
  }
  stderr.write(`deputy failed with a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
