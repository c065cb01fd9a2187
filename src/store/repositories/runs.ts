// Runs: made here, and looked up. Their life is in the files beside this one.
//
//   RU1  A run's state changes in run-transitions.ts and run-claiming.ts only, each time by an update whose condition names the
//        state it leaves (S4).
//   RU2  Scans (sweeper, supervisor) have conditions in literals, so that the partial indexes serve them: parked runs are not
//        even looked at (I6).

import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import { nothingSpent } from "../../domain/budget.ts";
import { type RunState, runStates } from "../../domain/run.ts";
import { untainted } from "../../domain/taint.ts";
import type { RunFilter, RunPatch, RunRepository } from "../contract-runs.ts";
import { storableText } from "../rows.ts";
import type { Session } from "../session.ts";
import { runAdopting } from "./run-adopting.ts";
import { runClaiming } from "./run-claiming.ts";
import { runFairness } from "./run-fairness.ts";
import { pageOfRuns } from "./run-paging.ts";
import { findRun, joinedRuns, type RunRow, toRun } from "./run-rows.ts";
import { runTransitions } from "./run-transitions.ts";
import { runWatching } from "./run-watching.ts";

/** Member by member: made for every transaction, and spreading the parts would cost more than the statements it is for. */
export function runRepository(session: Session): RunRepository {
  const { create, patch } = making(session);
  const { find, active, activeOf, list, counts } = looking(session);
  const { claim, renew, leaseOwners, expireLeases } = runClaiming(session);
  const { advance, park, requeue, settle, settleIdle, settleUnheard, wake, requestStop, hold } =
    runTransitions(session);
  const { watch, heldUp, dueWaiting, overdue, promise, troubled } = runWatching(session);
  const { adopt } = runAdopting(session);
  const { priority, runnable } = runFairness(session);
  return {
    create,
    adopt,
    hold,
    find,
    active,
    activeOf,
    list,
    page: (query) => pageOfRuns(session, query),
    counts,
    priority,
    claim,
    advance,
    patch,
    park,
    requeue,
    settle,
    settleIdle,
    settleUnheard,
    wake,
    requestStop,
    renew,
    watch,
    heldUp,
    leaseOwners,
    expireLeases,
    runnable,
    dueWaiting,
    overdue,
    promise,
    troubled,
  };
}

function making(session: Session): Pick<RunRepository, "create" | "patch"> {
  const { runs } = session.tables;
  return {
    async create(run) {
      const { goal, budget, title, subjectName, now, continues, schedule, through, taint, ...rest } = run;
      const [made] = await insertion(session).execute({
        ...rest,
        continues: continues ?? null,
        schedule: schedule ?? null,
        through: through ?? null,
        taint: JSON.stringify(taint ?? untainted),
        subjectName: storableText(subjectName),
        title: storableText(title),
        budget: JSON.stringify(budget),
        createdAt: now,
      });
      if (!made) return undefined;
      const brief = { goal: storableText(goal), opening: null };
      await session.done(briefing(session).execute({ run: run.id, goal: brief.goal }));
      return toRun({ run: made, brief });
    },

    async patch(run, patch) {
      const columns = patchedColumns(patch);
      if (Object.keys(columns).length > 0) {
        await session.done(session.db.update(runs).set(columns).where(eq(runs.id, run)));
      }
      if (patch.opening !== undefined) {
        const opening = storableText(patch.opening);
        await session.done(opened(session).execute({ run, opening }));
      }
    },
  };
}

type Looking = "find" | "active" | "activeOf" | "list" | "counts";

function looking(session: Session): Pick<RunRepository, Looking> {
  const { runs } = session.tables;
  return {
    find: (id) => findRun(session, id),

    async active(conversation) {
      const statement = session.prepared("runs.active", (db, name) =>
        joinedRuns(session, db)
          .where(
            and(
              eq(runs.conversation, sql.placeholder("conversation")),
              sql`${runs.state} in ('queued', 'working', 'waiting')`,
            ),
          )
          .limit(1)
          .prepare(name),
      );
      const [row] = await statement.execute({ conversation });
      return row && toRun(row);
    },

    async activeOf(subject, limit) {
      const statement = session.prepared("runs.active-of", (db, name) =>
        joinedRuns(session, db)
          .where(
            and(
              eq(runs.subject, sql.placeholder("subject")),
              sql`${runs.state} in ('queued', 'working', 'waiting')`,
            ),
          )
          .orderBy(desc(runs.createdAt), desc(runs.id))
          .limit(sql.placeholder("limit"))
          .prepare(name),
      );
      const rows = await statement.execute({ subject, limit });
      return session.readable(rows, toRun);
    },

    async list(query) {
      const rows = await listing(session, query);
      return session.readable(rows, toRun);
    },

    async counts() {
      const rows = await session.db
        .select({ state: runs.state, runs: count() })
        .from(runs)
        .groupBy(runs.state);
      const known = rows.filter(({ state }) => runStates.includes(state));
      const counts: Partial<Record<RunState, number>> = Object.fromEntries(
        known.map((row) => [row.state, row.runs]),
      );
      return counts;
    },
  };
}

/** One statement per shape of the filter; states are few words of our own. */
function listing(
  session: Session,
  { states, conversation, subject, continues, limit }: RunFilter,
): Promise<Parameters<typeof toRun>[0][]> {
  const { runs } = session.tables;
  const shape = [states?.join(","), conversation && "c", subject && "s", continues && "o"]; // a name has 63 characters in Postgres
  const statement = session.prepared(
    `runs.list ${shape.map((part) => part ?? "any").join(" ")}`,
    (db, name) =>
      joinedRuns(session, db)
        .where(
          and(
            states && inArray(runs.state, [...states]),
            conversation && eq(runs.conversation, sql.placeholder("conversation")),
            subject && eq(runs.subject, sql.placeholder("subject")),
            continues && eq(runs.continues, sql.placeholder("continues")),
          ),
        )
        .orderBy(desc(runs.createdAt), desc(runs.id))
        .limit(sql.placeholder("limit"))
        .prepare(name),
  );
  return statement.execute({ conversation, subject, continues, limit });
}

interface Writing<T> {
  execute(values: Record<string, unknown>): Promise<T>;
}

function insertion(session: Session): Writing<RunRow[]> {
  const { runs } = session.tables;
  return session.prepared("runs.create", (db, name) =>
    db
      .insert(runs)
      .values({
        id: sql.placeholder("id"),
        tenant: sql.placeholder("tenant"),
        conversation: sql.placeholder("conversation"),
        agent: sql.placeholder("agent"),
        subject: sql.placeholder("subject"),
        subjectName: sql.placeholder("subjectName"),
        mode: sql.placeholder("mode"),
        title: sql.placeholder("title"),
        state: "queued",
        epoch: 0,
        cursor: 0,
        contextBase: 0,
        segment: 0,
        budget: sql.placeholder("budget"),
        spent: JSON.stringify(nothingSpent),
        finishing: false,
        retries: 0,
        barrenClaims: 0,
        continues: sql.placeholder("continues"),
        schedule: sql.placeholder("schedule"),
        through: sql.placeholder("through"),
        taint: sql.placeholder("taint"),
        turnAt: sql.placeholder("createdAt"),
        createdAt: sql.placeholder("createdAt"),
      })
      .onConflictDoNothing()
      .returning()
      .prepare(name),
  );
}

function briefing(session: Session): Writing<unknown> {
  const { briefs } = session.tables;
  return session.prepared("briefs.add", (db, name) =>
    db
      .insert(briefs)
      .values({ run: sql.placeholder("run"), goal: sql.placeholder("goal") })
      .prepare(name),
  );
}

function opened(session: Session): Writing<unknown> {
  const { briefs } = session.tables;
  return session.prepared("briefs.opening", (db, name) =>
    db
      .update(briefs)
      .set({ opening: sql`${sql.placeholder("opening")}` })
      .where(eq(briefs.run, sql.placeholder("run")))
      .prepare(name),
  );
}

/** Only what the patch names: an update without columns would be an error. */
function patchedColumns(patch: RunPatch): Record<string, string | number | boolean> {
  const { title, plan, budget, contextBase, finishing, checkInAt, taint } = patch;
  const columns = {
    title: title === undefined ? undefined : storableText(title),
    plan: plan && JSON.stringify(plan),
    budget: budget && JSON.stringify(budget),
    contextBase,
    finishing,
    checkInAt,
    taint: taint && JSON.stringify(taint),
  };
  const named = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(named);
}
