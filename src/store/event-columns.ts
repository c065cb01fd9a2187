// Events with everything but their places in the chain (AU2), column by column.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import { type OpenLine, openLine } from "../domain/audit-line.ts";

export interface EventColumns {
  readonly ats: readonly number[];
  readonly types: readonly string[];
  readonly runs: readonly (string | null)[];
  readonly lines: readonly OpenLine[];
}

/** Appends events of one tenant to its chain. */
export interface Appending {
  execute(values: EventColumns & { readonly tenant: string }): Promise<unknown>;
}

/** Throws for an event that cannot be written. */
export function eventColumns(events: readonly NewAuditEvent[]): EventColumns {
  return {
    ats: events.map(({ time }) => time),
    types: events.map(({ type }) => type),
    runs: events.map(({ run = null }) => run),
    lines: events.map(openLine),
  };
}

/** As the function `audit_append` of Postgres takes the lines. */
export function lineColumns(lines: readonly OpenLine[]): {
  befores: string[];
  betweens: string[];
  afters: string[];
} {
  return {
    befores: lines.map(({ before }) => before),
    betweens: lines.map(({ between }) => between),
    afters: lines.map(({ after }) => after),
  };
}
