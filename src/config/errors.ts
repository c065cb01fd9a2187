// Settings that cannot be used: every problem at once, so that one look is enough.

import { AppError } from "../base/errors.ts";

export interface ConfigProblem {
  /** An environment variable, or `FILE, line N, key.path`. */
  readonly where: string;
  readonly message: string;
}

export class ConfigError extends AppError<"config.invalid"> {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `  ${problem.where}: ${problem.message}`);
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("config.invalid", `The settings cannot be used, ${count}:\n${lines.join("\n")}`, {
      facts: { problems: problems.length },
    });
    this.problems = problems;
  }
}
