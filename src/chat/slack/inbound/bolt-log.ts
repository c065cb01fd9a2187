// The log of Slack's own libraries, as far as operators need it: their lower levels write payloads and addresses with tickets.

import { LogLevel, type Logger as SlackLogger } from "@slack/bolt";
import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";

const nothing = (): void => undefined;

export function createBoltLog(log: Logger): SlackLogger {
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (...parts) => log.warn("Slack's library reports an error", { reason: inWords(parts) }),
    setLevel: nothing,
    getLevel: () => LogLevel.ERROR,
    setName: nothing,
  };
}

function inWords(parts: readonly unknown[]): string {
  return parts.map(errorText).join(" ").slice(0, 300);
}
