// What workers, sweeper and supervisor look at each second.

import { and, asc, eq, isNotNull, lte, sql } from "drizzle-orm";
import type { RunRepository, WatchedRun } from "../contract-runs.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";
import { findHeldUp, isHeldUp } from "./held-up.ts";
import { inState } from "./keyed.ts";
import { joinedRuns, toRun } from "./run-rows.ts";

type Watching = Pick<RunRepository, "watch" | "heldUp" | "dueWaiting" | "overdue" | "promise" | "troubled">;

export function runWatching(session: Session): Watching {
  const { runs } = session.tables;
  return {
    ...troubles(session),
    heldUp: (limit) => findHeldUp(session).execute({ limit }),
    async watch(ids) {
      if (ids.length === 0) return [];
      const rows = await watching(session).execute({ ids: session.dialect.list(ids) });
      return rows.map((row): WatchedRun => withoutNulls(row));
    },

    async dueWaiting(now, limit) {
      const statement = session.prepared("runs.due-waiting", (db, name) =>
        db
          .select({ id: runs.id })
          .from(runs)
          .where(
            and(
              sql`${runs.state} = 'waiting'`,
              isNotNull(runs.wakeAt),
              lte(runs.wakeAt, sql.placeholder("now")),
            ),
          )
          .orderBy(asc(runs.wakeAt))
          .limit(sql.placeholder("limit"))
          .prepare(name),
      );
      const rows = await statement.execute({ now, limit });
      return rows.map((row) => row.id);
    },

    async overdue(now, limit) {
      const statement = session.prepared("runs.overdue", (db, name) =>
        joinedRuns(session, db)
          .where(
            and(
              sql`${runs.state} in ('queued', 'working', 'waiting')`,
              isNotNull(runs.checkInAt),
              lte(runs.checkInAt, sql.placeholder("now")),
            ),
          )
          .orderBy(asc(runs.checkInAt))
          .limit(sql.placeholder("limit"))
          .prepare(name),
      );
      const rows = await statement.execute({ now, limit });
      return session.readable(rows, toRun);
    },

    async promise(run, checkInAt) {
      await session.done(promising(session).execute({ run, checkInAt: checkInAt ?? null }));
    },
  };
}

function troubles(session: Session): Pick<RunRepository, "troubled"> {
  const { runs, steps } = session.tables;
  return {
    async troubled(limit) {
      const asksModel = sql`exists (select 1 from ${steps} s where s.run = ${runs.id}
        and s.n = ${runs.cursor} - 1 and s.kind = 'model' and s.state = 'started')`;
      const statement = session.prepared("runs.troubled", (db, name) =>
        db
          .select({ run: runs.id, conversation: runs.conversation, retries: runs.retries })
          .from(runs)
          .where(and(sql`${runs.state} in ('queued', 'working')`, sql`${runs.retries} > 0`, asksModel))
          .orderBy(sql`+${runs.createdAt}`, asc(runs.id)) // not by an index, which would hold all runs that ever were
          .limit(sql.placeholder("limit"))
          .prepare(name),
      );
      return statement.execute({ limit });
    },
  };
}

function promising(session: Session) {
  const { runs } = session.tables;
  return session.prepared("runs.promise", (db, name) =>
    db
      .update(runs)
      .set({ checkInAt: sql`${sql.placeholder("checkInAt")}` })
      .where(and(eq(runs.id, sql.placeholder("run")), inState(session, "queued", "working", "waiting")))
      .prepare(name),
  );
}

function watching(session: Session) {
  const { runs, mailbox } = session.tables;
  return session.prepared("runs.watch", (db, name) =>
    db
      .select({
        run: runs.id,
        epoch: runs.epoch,
        leaseOwner: runs.leaseOwner,
        stopRequestedBy: runs.stopRequestedBy,
        heldUp: isHeldUp(session).mapWith(Boolean),
        mail: sql<number>`coalesce((select max(m.seq) from ${mailbox} m where m.run = ${runs.id}), 0)`,
      })
      .from(runs)
      .where(session.dialect.among(runs.id, sql.placeholder("ids")))
      .prepare(name),
  );
}
