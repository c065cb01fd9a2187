// A command of `deputy`: one file in `commands/` and one line in registry.ts.
//
//   L1  With `--json` a command writes exactly one JSON value to stdout, and nothing where it fails; logs and prose go to stderr.
//   L2  Exit codes: 0 ok, 1 failed (an id that isn't there, too), 2 bad usage: the code `cli.usage`; a command that has more says so in
//       its own header.

import type { Command } from "commander";
import type { Environment } from "../config/read-settings.ts";

export interface CliContext {
  readonly env: Environment;
  readonly cwd: string;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Adds the command to the program. `finish` takes its exit code. */
export type AddCommand = (program: Command, context: CliContext, finish: (code: number) => void) => void;
