// What parked runs wait for (W1: resolved at most once).

import { and, asc, desc, eq, isNotNull, lte, type SQL, sql } from "drizzle-orm";
import type { RunId } from "../../domain/ids.ts";
import { type Wait, WaitAnswer, WaitAsk } from "../../domain/wait.ts";
import type { WaitRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";
import { besideKey } from "./keyed.ts";

export function waitRepository(session: Session): WaitRepository {
  const { open, find, forRun, readableOf, resolve } = ofRuns(session);
  const { supersede, remindAt } = changes(session);
  const { due, takeNudges, listOpen, openOf } = scans(session);
  return { open, find, forRun, readableOf, resolve, supersede, remindAt, due, takeNudges, listOpen, openOf };
}

function ofRuns(
  session: Session,
): Pick<WaitRepository, "open" | "find" | "forRun" | "readableOf" | "resolve"> {
  const { waits } = session.tables;
  return {
    async open(wait) {
      const { now, ask, ...rest } = wait;
      await session.done(
        session.db.insert(waits).values({ ...rest, ask: JSON.stringify(ask), state: "open", createdAt: now }),
      );
    },

    async find(id) {
      const statement = session.prepared("waits.find", (db, name) =>
        db
          .select()
          .from(waits)
          .where(eq(waits.id, sql.placeholder("id")))
          .prepare(name),
      );
      const [row] = await statement.execute({ id });
      return row && toWait(row);
    },

    async forRun(run) {
      return (await rowsOf(session, run)).map(toWait);
    },

    async readableOf(run) {
      return session.readable(await rowsOf(session, run), toWait);
    },

    async resolve(id, answer, now) {
      const statement = session.prepared("waits.resolve", (db, name) =>
        db
          .update(waits)
          .set({
            state: "resolved",
            answer: sql`${sql.placeholder("answer")}`,
            resolvedAt: sql`${sql.placeholder("now")}`,
          })
          .where(and(eq(waits.id, sql.placeholder("id")), isStillOpen(session)))
          .returning({ id: waits.id })
          .prepare(name),
      );
      const resolved = await statement.execute({ id, answer: JSON.stringify(answer), now });
      return resolved.length > 0;
    },
  };
}

function rowsOf(session: Session, run: RunId): Promise<Tables["waits"]["$inferSelect"][]> {
  const { waits } = session.tables;
  const statement = session.prepared("waits.of-run", (db, name) =>
    db
      .select()
      .from(waits)
      .where(eq(waits.run, sql.placeholder("run")))
      .orderBy(desc(waits.createdAt), desc(waits.id))
      .prepare(name),
  );
  return statement.execute({ run });
}

function changes(session: Session): Pick<WaitRepository, "supersede" | "remindAt"> {
  const { waits } = session.tables;
  return {
    async supersede(id, now) {
      const superseded = await session.db
        .update(waits)
        .set({ state: "superseded", resolvedAt: now })
        .where(and(eq(waits.id, id), isStillOpen(session)))
        .returning({ id: waits.id });
      return superseded.length > 0;
    },

    async remindAt(id, at) {
      await session.done(
        session.db
          .update(waits)
          .set({ nudgeAt: at })
          .where(and(eq(waits.id, id), isStillOpen(session))),
      );
    },
  };
}

function scans(session: Session): Pick<WaitRepository, "due" | "takeNudges" | "listOpen" | "openOf"> {
  const { waits } = session.tables;
  return {
    async due(now, limit) {
      const statement = session.prepared("waits.due", (db, name) =>
        db
          .select()
          .from(waits)
          .where(and(isOpen(session), isNotNull(waits.dueAt), lte(waits.dueAt, sql.placeholder("now"))))
          .orderBy(asc(waits.dueAt))
          .limit(sql.placeholder("limit"))
          .prepare(name),
      );
      const rows = await statement.execute({ now, limit });
      return session.readable(rows, toWait);
    },

    async takeNudges(now, limit) {
      const found = await nudgesDue(session).execute({ now, limit });
      const ids = session.readable(found, toWait).map(({ id }) => id);
      if (ids.length === 0) return [];
      const rows = await session.db
        .update(waits)
        .set({ nudgeAt: null })
        .where(and(session.dialect.among(waits.id, ids), isOpen(session), lte(waits.nudgeAt, now)))
        .returning();
      return rows.map(toWait);
    },

    openOf: (asked, kind) => openOf(session, asked, kind),

    async listOpen(limit) {
      const rows = await session.db
        .select()
        .from(waits)
        .where(isOpen(session))
        .orderBy(desc(waits.createdAt))
        .limit(limit);
      return session.readable(rows, toWait);
    },
  };
}

function nudgesDue(session: Session): {
  execute(values: Record<string, unknown>): Promise<Tables["waits"]["$inferSelect"][]>;
} {
  const { waits } = session.tables;
  return session.prepared("waits.nudges-due", (db, name) =>
    db
      .select()
      .from(waits)
      .where(and(isOpen(session), isNotNull(waits.nudgeAt), lte(waits.nudgeAt, sql.placeholder("now"))))
      .orderBy(asc(waits.nudgeAt))
      .limit(sql.placeholder("limit"))
      .prepare(name),
  );
}

async function openOf(session: Session, asked: Wait["asked"], kind: Wait["kind"]): Promise<Wait[]> {
  const { waits } = session.tables;
  const rows = await session.db
    .select()
    .from(waits)
    .where(and(isOpen(session), eq(waits.asked, asked), eq(waits.kind, kind)))
    .orderBy(asc(waits.createdAt));
  return rows.map(toWait);
}

function isOpen(session: Session): SQL {
  return sql`${session.tables.waits.state} = 'open'`;
}

/** Of one that is named. */
function isStillOpen(session: Session): SQL {
  return sql`${besideKey(session.tables.waits.state)} = 'open'`;
}

function toWait(row: Tables["waits"]["$inferSelect"]): Wait {
  const place = { table: "waits", key: row.id, since: row.createdAt };
  return withoutNulls({
    ...row,
    ask: readJson(WaitAsk, row.ask, place),
    answer: row.answer === null ? null : readJson(WaitAnswer, row.answer, place),
  });
}
