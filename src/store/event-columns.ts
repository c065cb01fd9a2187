// Events as the function `audit_append` of Postgres takes them: column by column, all but their places in the chain (AU2).

import type { NewAuditEvent } from "../domain/audit-event.ts";
import { openLine } from "../domain/audit-line.ts";

export interface EventColumns {
  readonly ats: readonly number[];
  readonly types: readonly string[];
  readonly runs: readonly (string | null)[];
  readonly befores: readonly string[];
  readonly betweens: readonly string[];
  readonly afters: readonly string[];
}

/** Throws for an event that cannot be written. */
export function eventColumns(events: readonly NewAuditEvent[]): EventColumns {
  const lines = events.map(openLine);
  return {
    ats: events.map(({ time }) => time),
    types: events.map(({ type }) => type),
    runs: events.map(({ run = null }) => run),
    befores: lines.map(({ before }) => before),
    betweens: lines.map(({ between }) => between),
    afters: lines.map(({ after }) => after),
  };
}
