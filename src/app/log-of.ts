// The process's logger: JSON lines for machines, plain lines at a terminal, secrets of the configuration scrubbed.

import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/load-config.ts";
import { createLogger, type LogSink } from "../telemetry/create-logger.ts";
import { createRedactor, type Redactor } from "../telemetry/redact.ts";

export interface LogPlace {
  readonly to: "stdout" | "stderr" | LogSink;
  readonly form?: "json" | "pretty" | "pretty-colour";
}

export function logOf(
  config: Config,
  place: LogPlace,
  redactor: Redactor = createRedactor(config.secrets),
): Logger {
  return createLogger({
    level: config.core.logLevel,
    redactor,
    now: () => systemClock.now(),
    ...place,
  });
}
