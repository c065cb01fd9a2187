// `deputy policy`: rules looked at, tried and explained. `check` exits 0 for allow, 10 for ask and 11 for deny.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { policyOf, policySourceOf } from "../../app/policy-source.ts";
import { systemClock } from "../../base/clock.ts";
import { ConfigError } from "../../config/errors.ts";
import { loadConfig } from "../../config/load-config.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { lintPolicy } from "../../policy/lint.ts";
import { cannotRead } from "../cannot-read.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { explainEvent } from "../explain-event.ts";
import { knowsTool } from "../known-tools.ts";
import { withRows } from "../open-rows.ts";
import { readCall } from "../policy-call.ts";
import { addDiff } from "../policy-diff.ts";
import { printJson } from "../print.ts";

interface Form {
  readonly json?: boolean;
}

const exitCodes = { allow: 0, ask: 10, deny: 11 } as const;

export const addPolicy: AddCommand = (program, context, finish) => {
  const policy = program
    .command("policy")
    .description("what may be done: look at the rules, try them, explain them");
  addLint(policy, context, finish);
  addCheck(policy, context, finish);
  addExplain(policy, context);
  addDiff(policy, context, finish);
};

const addLint: AddCommand = (policy, context, finish) => {
  policy
    .command("lint")
    .description("find mistakes, failing examples, and rules that do less than they seem to")
    .option("--json", "one JSON value")
    .action((options: Form) => {
      const { problems, warnings, rules } = lint(context);
      finish(problems.length > 0 ? 1 : 0);
      if (options.json)
        return printJson(context.stdout, { ok: problems.length === 0, rules, problems, warnings });
      for (const problem of problems) context.stdout.write(`error    ${problem}\n`);
      for (const warning of warnings) context.stdout.write(`warning  ${warning}\n`);
      if (problems.length === 0) context.stdout.write(`${rules} rules can be used.\n`);
    });
};

function lint({ env, cwd }: CliContext): {
  readonly rules: number;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  try {
    const config = loadConfig({ env, cwd });
    const { rules } = policySourceOf(config.file.settings);
    const warnings = lintPolicy(rules, knowsTool(config));
    return { rules: rules.length, problems: problemsOf(() => policyOf(config.file)), warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { rules: 0, problems: sentences(error), warnings: [] };
  }
}

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return sentences(error);
  }
}

const sentences = ({ problems }: ConfigError): string[] =>
  problems.map(({ where, message }) => `${where}: ${message}`);

const addCheck: AddCommand = (policy, context, finish) => {
  policy
    .command("check <file>")
    .description("judge the call in a JSON file (- for stdin); exit 0 allow, 10 ask, 11 deny")
    .option("--json", "one JSON value")
    .action((file: string, options: Form) => {
      const config = loadConfig({ env: context.env, cwd: context.cwd });
      const call = readCall(textOf(file, context.cwd), config, systemClock.now());
      const verdict = evaluate(policyOf(config.file), call);
      const { decision, rules, why, version, approvers, quorum } = verdict;
      finish(exitCodes[decision]);
      const asked = { approvers, quorum, not_requester: verdict.notRequester };
      if (options.json) {
        return printJson(context.stdout, {
          decision,
          rules,
          why,
          version,
          ...(decision === "ask" ? asked : {}),
        });
      }
      context.stdout.write(`${decision}: ${why}.\n`);
    });
};

function textOf(file: string, cwd: string): string {
  try {
    return readFileSync(file === "-" ? 0 : resolve(cwd, file), "utf8");
  } catch (error) {
    throw cannotRead(file === "-" ? "The call on stdin" : `The call in ${file}`, error);
  }
}

function addExplain(policy: Command, context: CliContext): void {
  policy
    .command("explain <event>")
    .description("why an audit event was decided so: TENANT:SEQUENCE, such as slack-T0001:42")
    .option("--json", "one JSON value")
    .action(async (event: string, options: Form) => {
      const explained = await withRows(context, ({ config, store }) =>
        explainEvent({ config, store }, event),
      );
      if (options.json) return printJson(context.stdout, explained);
      context.stdout.write(`${explained.text}\n`);
    });
}
