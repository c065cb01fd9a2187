// Schedules: found when they are due, each firing taken by one (SC2).

import { and, asc, eq, inArray, ne, sql } from "drizzle-orm";
import { ConversationAddress } from "../../domain/conversation.ts";
import type { ScheduleId } from "../../domain/ids.ts";
import type { Schedule } from "../../domain/schedule.ts";
import { TaintMarks } from "../../domain/taint.ts";
import type { SchedulePatch, ScheduleRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { readJson, storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function scheduleRepository(session: Session): ScheduleRepository {
  const { schedules } = session.tables;
  return {
    async add({ place, name, what, ownerName, taint, ...rest }) {
      const added = await session.db
        .insert(schedules)
        .values({
          ...rest,
          name: storableText(name),
          what: storableText(what),
          ownerName: ownerName === undefined ? null : storableText(ownerName),
          place: JSON.stringify(place),
          taint: taint ? JSON.stringify(taint) : null,
        })
        .onConflictDoNothing()
        .returning({ id: schedules.id });
      return added.length > 0;
    },

    async find(id) {
      const [row] = await session.db.select().from(schedules).where(eq(schedules.id, id));
      return row && toSchedule(row);
    },

    async list({ tenant, owner, limit }) {
      const rows = await session.db
        .select()
        .from(schedules)
        .where(
          and(
            ne(schedules.state, "deleted"),
            tenant === undefined ? undefined : eq(schedules.tenant, tenant),
            owner === undefined ? undefined : eq(schedules.owner, owner),
          ),
        )
        .orderBy(asc(schedules.createdAt), asc(schedules.id))
        .limit(limit);
      return session.readable(rows, toSchedule);
    },

    async change(id, from, patch) {
      const changed = await session.db
        .update(schedules)
        .set(patchedColumns(patch))
        .where(and(eq(schedules.id, id), inArray(schedules.state, [...from])))
        .returning({ id: schedules.id });
      return changed.length > 0;
    },

    due: (now, limit) => due(session, now, limit),
    fire: (id, from, next) => fire(session, id, from, next),
  };
}

async function due(session: Session, now: number, limit: number): Promise<Schedule[]> {
  const { schedules } = session.tables;
  const statement = session.prepared("schedules.due", (db, name) =>
    db
      .select()
      .from(schedules)
      .where(sql`${schedules.state} = 'active' and ${schedules.nextAt} <= ${sql.placeholder("now")}`)
      .orderBy(asc(schedules.nextAt))
      .limit(sql.placeholder("limit"))
      .prepare(name),
  );
  const rows = await statement.execute({ now, limit });
  return session.readable(rows, toSchedule);
}

async function fire(
  session: Session,
  id: ScheduleId,
  from: number,
  next: number | undefined,
): Promise<boolean> {
  const { schedules } = session.tables;
  const fired = await session.db
    .update(schedules)
    .set({ lastAt: from, ...(next === undefined ? { state: "done", nextAt: null } : { nextAt: next }) })
    .where(and(eq(schedules.id, id), eq(schedules.state, "active"), eq(schedules.nextAt, from)))
    .returning({ id: schedules.id });
  return fired.length > 0;
}

function toSchedule({ place, taint, ...row }: Tables["schedules"]["$inferSelect"]): Schedule {
  const at = { table: "schedules", key: row.id };
  return {
    ...withoutNulls({ ...row, taint: taint === null ? null : readJson(TaintMarks, taint, at) }),
    place: readJson(ConversationAddress, place, at),
  };
}

function patchedColumns({
  place,
  name,
  what,
  ...rest
}: SchedulePatch): Partial<Tables["schedules"]["$inferInsert"]> {
  return {
    ...rest,
    ...(place === undefined ? {} : { place: JSON.stringify(place) }),
    ...(name === undefined ? {} : { name: storableText(name) }),
    ...(what === undefined ? {} : { what: storableText(what) }),
  };
}
