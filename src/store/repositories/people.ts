// People as their platform last described them.
//
//   PE1  The same description within a minute is not written again, so that not every message of theirs writes it. Somebody counts as
//        described up to a minute earlier than they were, never later, also where a clock was set back.

import { and, desc, eq, gte, type SQL, sql } from "drizzle-orm";
import type { PersonRepository } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function personRepository(session: Session): PersonRepository {
  const { people } = session.tables;
  const asDescribed = columnsOf(people);
  return {
    async see(person, tenant, now) {
      await session.done(
        seeing(session).execute({
          key: person.key,
          tenant,
          name: storableText(person.name),
          kind: person.kind,
          timeZone: person.timeZone ?? null,
          locale: person.locale ?? null,
          seenAt: now,
        }),
      );
    },

    async find(key) {
      const statement = session.prepared("people.find", (db, name) =>
        db
          .select(asDescribed)
          .from(people)
          .where(eq(people.key, sql.placeholder("key")))
          .prepare(name),
      );
      const [row] = await statement.execute({ key });
      return row && withoutNulls(row);
    },

    async list(limit) {
      const columns = { ...asDescribed, seenAt: people.seenAt };
      const latest = session.db.select(columns).from(people).orderBy(desc(people.seenAt), people.key);
      return (await latest.limit(limit)).map(withoutNulls);
    },

    async lastSeen(key) {
      const [row] = await session.db
        .select({ tenant: people.tenant, at: people.seenAt })
        .from(people)
        .where(eq(people.key, key));
      return row;
    },

    async recall(key, since) {
      const statement = session.prepared("people.recall", (db, name) =>
        db
          .select(asDescribed)
          .from(people)
          .where(and(eq(people.key, sql.placeholder("key")), gte(people.seenAt, sql.placeholder("since"))))
          .prepare(name),
      );
      const [row] = await statement.execute({ key, since });
      return row && withoutNulls(row);
    },
  };
}

function columnsOf({ key, name, kind, timeZone, locale }: Tables["people"]) {
  return { key, name, kind, timeZone, locale };
}

/** PE1. */
const sameMs = 60_000;

function isNews({ tenant, name, kind, timeZone, locale, seenAt }: Tables["people"]): SQL {
  const changes = [tenant, name, kind, timeZone, locale].map(
    (column) => sql`excluded.${sql.identifier(column.name)} is distinct from ${column}`,
  );
  const later = sql`excluded.seen_at < ${seenAt} or excluded.seen_at >= ${seenAt} + ${sql.raw(`${sameMs}`)}`;
  return sql.join([...changes, later], sql` or `);
}

function seeing(session: Session): { execute(values: Record<string, unknown>): Promise<unknown> } {
  const { people } = session.tables;
  return session.prepared("people.see", (db, name) =>
    db
      .insert(people)
      .values({
        key: sql.placeholder("key"),
        tenant: sql.placeholder("tenant"),
        name: sql.placeholder("name"),
        kind: sql.placeholder("kind"),
        timeZone: sql.placeholder("timeZone"),
        locale: sql.placeholder("locale"),
        seenAt: sql.placeholder("seenAt"),
      })
      .onConflictDoUpdate({
        target: people.key,
        set: {
          tenant: sql`excluded.tenant`,
          name: sql`excluded.name`,
          kind: sql`excluded.kind`,
          timeZone: sql`excluded.time_zone`,
          locale: sql`excluded.locale`,
          seenAt: sql`excluded.seen_at`,
        },
        setWhere: isNews(people),
      })
      .prepare(name),
  );
}
