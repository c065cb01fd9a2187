// Runs page by page, for people: with where each is, the newest first.
//
//   RP1  It goes on after a run, not after a number of them: what begins meanwhile shifts nothing.
//   RP2  A run that can't be read keeps its place, so that a full page is told from the last one.

import { and, desc, eq, inArray, lt, or, type SQL } from "drizzle-orm";
import type { RunOnPage, RunPageQuery } from "../contract-runs.ts";
import type { Session } from "../session.ts";
import { toRun } from "./run-rows.ts";

export async function pageOfRuns(session: Session, query: RunPageQuery): Promise<RunOnPage[]> {
  const { runs, briefs, conversations } = session.tables;
  const { platform, tenant, kind, channel, thread } = conversations;
  const { states, limit } = query;
  const rows = await session.db
    .select({
      run: runs,
      brief: { goal: briefs.goal, opening: briefs.opening },
      address: { platform, tenant, kind, channel, thread },
    })
    .from(runs)
    .innerJoin(briefs, eq(briefs.run, runs.id))
    .innerJoin(conversations, eq(conversations.id, runs.conversation))
    .where(
      and(
        whose(session, query),
        states && inArray(runs.state, [...states]),
        query.agent === undefined ? undefined : eq(runs.agent, query.agent),
        query.channel === undefined ? undefined : and(eq(kind, "channel"), eq(channel, query.channel)),
        goingOn(session, query),
      ),
    )
    .orderBy(desc(runs.createdAt), desc(runs.id))
    .limit(limit);
  return rows.map(({ address, ...row }) => ({
    at: { createdAt: row.run.createdAt, id: row.run.id },
    placed: session.readable([row], (one) => ({ run: toRun(one), address }))[0],
  }));
}

function whose({ tables }: Session, { subject, agents }: RunPageQuery): SQL | undefined {
  const { runs, conversations } = tables;
  const own = eq(runs.subject, subject);
  if (agents.length === 0) return own;
  const led = and(
    inArray(runs.agent, [...agents]),
    eq(runs.mode, "employee"),
    eq(conversations.kind, "channel"),
  );
  return or(own, led);
}

function goingOn({ tables }: Session, { after }: RunPageQuery): SQL | undefined {
  if (after === undefined) return undefined;
  const { createdAt, id } = tables.runs;
  return or(lt(createdAt, after.createdAt), and(eq(createdAt, after.createdAt), lt(id, after.id)));
}
