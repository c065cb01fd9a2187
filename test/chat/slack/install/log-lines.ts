// A logger whose lines a test can read.

import type { Logger } from "../../../../src/base/logger.ts";

export interface LogLines extends Logger {
  readonly lines: string[];
}

export function createLogLines(): LogLines {
  const lines: string[] = [];
  const note =
    (level: string) =>
    (text: string, fields: object = {}): void =>
      void lines.push(`${level}: ${text} ${JSON.stringify(fields)}`);
  const log: LogLines = {
    lines,
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
    child: () => log,
  };
  return log;
}
