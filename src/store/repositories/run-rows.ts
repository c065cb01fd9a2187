// A run as stored (its row and its brief) and as the domain sees it.

import { eq, type SQL, sql } from "drizzle-orm";
import { Budget, Spent } from "../../domain/budget.ts";
import type { RunId } from "../../domain/ids.ts";
import { Plan } from "../../domain/plan.ts";
import type { Run } from "../../domain/run.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

interface Joined {
  readonly run: Tables["runs"]["$inferSelect"];
  readonly brief: { readonly goal: string; readonly opening: string | null };
}

export async function findRun(session: Session, id: RunId): Promise<Run | undefined> {
  const { runs, briefs } = session.tables;
  const statement = session.prepared("runs.find", (db, name) =>
    db
      .select({ run: runs, brief: { goal: briefs.goal, opening: briefs.opening } })
      .from(runs)
      .innerJoin(briefs, eq(briefs.run, runs.id))
      .where(eq(runs.id, sql.placeholder("id")))
      .prepare(name),
  );
  const [joined] = await statement.execute({ id });
  return joined && toRun(joined);
}

export async function selectRuns(
  session: Session,
  query: { readonly where: SQL | undefined; readonly orderBy: SQL[]; readonly limit: number },
): Promise<Run[]> {
  const { runs, briefs } = session.tables;
  const rows = await session.db
    .select({ run: runs, brief: { goal: briefs.goal, opening: briefs.opening } })
    .from(runs)
    .innerJoin(briefs, eq(briefs.run, runs.id))
    .where(query.where)
    .orderBy(...query.orderBy)
    .limit(query.limit);
  return rows.map(toRun);
}

function toRun({ run: row, brief }: Joined): Run {
  const { budget, spent, plan, outcomeCode, outcomeSummary, ...rest } = row;
  const place = { table: "runs", key: row.id };
  return withoutNulls({
    ...rest,
    goal: brief.goal,
    opening: brief.opening,
    budget: readJson(Budget, budget, place),
    spent: readJson(Spent, spent, place),
    plan: plan === null ? null : readJson(Plan, plan, place),
    outcome: outcomeCode === null ? null : withoutNulls({ code: outcomeCode, summary: outcomeSummary }),
  });
}
