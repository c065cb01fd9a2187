// A run as stored (its row and its brief) and as the domain sees it.

import { eq, sql } from "drizzle-orm";
import { Budget, Spent } from "../../domain/budget.ts";
import type { RunId } from "../../domain/ids.ts";
import { Plan } from "../../domain/plan.ts";
import type { Run } from "../../domain/run.ts";
import { TaintMarks } from "../../domain/taint.ts";
import type { Db, Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export type RunRow = Tables["runs"]["$inferSelect"];

export interface Brief {
  readonly goal: string;
  readonly opening: string | null;
}

interface Joined {
  readonly run: RunRow;
  readonly brief: Brief;
}

export async function findRun(session: Session, id: RunId): Promise<Run | undefined> {
  const statement = session.prepared("runs.find", (db, name) =>
    joinedRuns(session, db)
      .where(eq(session.tables.runs.id, sql.placeholder("id")))
      .prepare(name),
  );
  const [joined] = await statement.execute({ id });
  return joined && toRun(joined);
}

/** A query for runs with their briefs, still without a condition; `toRun` reads its rows. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the builder's type can only be inferred
export function joinedRuns(session: Session, db: Db) {
  const { runs, briefs } = session.tables;
  return db
    .select({ run: runs, brief: { goal: briefs.goal, opening: briefs.opening } })
    .from(runs)
    .innerJoin(briefs, eq(briefs.run, runs.id));
}

export function toRun({ run: row, brief }: Joined): Run {
  const { budget, spent, plan, taint, outcomeCode, outcomeSummary, turnAt: _, ...rest } = row;
  const place = { table: "runs", key: row.id };
  return withoutNulls({
    ...rest,
    goal: brief.goal,
    opening: brief.opening,
    budget: readJson(Budget, budget, place),
    spent: readJson(Spent, spent, place),
    taint: readJson(TaintMarks, taint, place),
    plan: plan === null ? null : readJson(Plan, plan, place),
    outcome: outcomeCode === null ? null : withoutNulls({ code: outcomeCode, summary: outcomeSummary }),
  });
}
