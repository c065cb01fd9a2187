// The logger: pino behind our `Logger`, JSON lines or lines for a terminal.
//
//   L3  Every line passes the redactor as a whole, so no field, message or stack can carry a secret out.
//   L4  Logging never throws and never waits for the reader.

import { destination, type Logger as Pino, pino } from "pino";
import type { LogFields, Logger } from "../base/logger.ts";
import { logFields } from "./log-values.ts";
import { prettyLine } from "./pretty-line.ts";
import type { Redactor } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Takes whole lines. */
export interface LogSink {
  write(line: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `stderr` where stdout belongs to the output of a command. */
  readonly to: "stdout" | "stderr" | LogSink;
  readonly redactor: Redactor;
  /** `pretty` for people at a terminal; colours only with `pretty-colour`. */
  readonly form?: "json" | "pretty" | "pretty-colour";
  readonly now: () => number;
  /** Fields of every line, such as role and version. */
  readonly fields?: LogFields;
}

export function createLogger(options: LoggerOptions): Logger {
  const { level, redactor, now, form = "json" } = options;
  const sink = sinkOf(options.to);
  const stream: LogSink = {
    write(line) {
      const clean = redactor.scrub(line);
      sink.write(form === "json" ? clean : prettyLine(clean, form === "pretty-colour"));
    },
  };
  const base = pino(
    {
      level,
      base: logFields(options.fields ?? {}),
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return wrap(base);
}

function wrap(log: Pino): Logger {
  return {
    debug: (text, fields) => write(log, "debug", text, fields),
    info: (text, fields) => write(log, "info", text, fields),
    warn: (text, fields) => write(log, "warn", text, fields),
    error: (text, fields) => write(log, "error", text, fields),
    child: (fields) => wrap(log.child(logFields(fields))),
  };
}

function write(log: Pino, level: LogLevel, text: string, fields: LogFields | undefined): void {
  if (!log.isLevelEnabled(level)) return;
  try {
    log[level](logFields(fields ?? {}), "%s", text);
  } catch {
    // The sink is gone: the work that was logged goes on (L4).
  }
}

function sinkOf(to: LoggerOptions["to"]): LogSink {
  return typeof to === "string" ? destination({ fd: to === "stdout" ? 1 : 2, sync: true }) : to;
}
