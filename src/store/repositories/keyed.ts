// Conditions on a row that is named by its key.

import { type Column, type SQL, sql } from "drizzle-orm";
import type { RunState } from "../../domain/run.ts";
import type { Session } from "../session.ts";

/**
 * The text in `column`, spelt so that no partial index fits a condition on it. While a table is new Postgres thinks that the indexes of
 * what is open, queued or worked on are as quick as the key, and goes on through all of them once there is more.
 */
export function besideKey(column: Column): SQL {
  return sql`${column} || ''`;
}

/** Of one run: whether it is in one of these states. */
export function inState({ tables }: Session, ...states: readonly RunState[]): SQL {
  const named = sql.raw(states.map((state) => `'${state}'`).join(", "));
  return sql`${besideKey(tables.runs.state)} in (${named})`;
}
