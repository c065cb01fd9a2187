// `deputy policy diff`: what a change of the file does to the rules, before it is taken.

import { resolve } from "node:path";
import { policyOf } from "../app/policy-source.ts";
import { AppError } from "../base/errors.ts";
import { ConfigError } from "../config/errors.ts";
import { loadConfigFile } from "../config/file/load-config-file.ts";
import { loadConfig } from "../config/load-config.ts";
import { diffPolicies, type PolicyChange, type Turn } from "../policy/diff.ts";
import type { PolicySource } from "../policy/contract.ts";
import type { AddCommand, CliContext } from "./contract.ts";
import { printJson } from "./print.ts";

interface Form {
  readonly json?: boolean;
  readonly exitCode?: boolean;
}

export const addDiff: AddCommand = (policy, context, finish) => {
  policy
    .command("diff <old> [new]")
    .description("which rules two configuration files add, remove, loosen, tighten; new is the one in use")
    .option("--json", "one JSON value")
    .option("--exit-code", "exit 1 if something was loosened, or may have been")
    .action((old: string, next: string | undefined, options: Form) => {
      const changes = diffPolicies(sourceIn(context, old), next ? sourceIn(context, next) : inUse(context));
      if (options.exitCode === true && changes.some(({ turn }) => turn !== "tighter")) finish(1);
      if (options.json) return printJson(context.stdout, { changes, ...counted(changes) });
      for (const { kind, name, change, turn, what } of changes)
        context.stdout.write(`${turn.padEnd(8)} ${kind} ${name}: ${change} (${what})\n`);
      if (changes.length === 0) context.stdout.write("The rules decide the same.\n");
    });
};

function sourceIn({ env, cwd }: CliContext, file: string): PolicySource {
  const { loaded, problems } = loadConfigFile({ path: resolve(cwd, file), explicit: false, env });
  if (problems.length > 0) throw new ConfigError(problems);
  if (!loaded.found) throw new AppError("cli.unreadable", `${file} can't be read: there is no such file.`);
  return policyOf(loaded).source;
}

function inUse({ env, cwd }: CliContext): PolicySource {
  return policyOf(loadConfig({ env, cwd }).file).source;
}

function counted(changes: readonly PolicyChange[]): Record<Turn, number> {
  const of = (turn: Turn): number => changes.filter((change) => change.turn === turn).length;
  return { looser: of("looser"), tighter: of("tighter"), unclear: of("unclear") };
}
