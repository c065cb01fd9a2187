// People as their platform last described them.

import { eq } from "drizzle-orm";
import type { PersonRepository } from "../contract.ts";
import { storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function personRepository(session: Session): PersonRepository {
  const { people } = session.tables;
  return {
    async see(person, tenant, now) {
      const seen = {
        tenant,
        name: storableText(person.name),
        kind: person.kind,
        timeZone: person.timeZone ?? null,
        seenAt: now,
      };
      await session.done(
        session.db
          .insert(people)
          .values({ key: person.key, ...seen })
          .onConflictDoUpdate({ target: people.key, set: seen }),
      );
    },

    async find(key) {
      const { name, kind, timeZone } = people;
      const [row] = await session.db
        .select({ key: people.key, name, kind, timeZone })
        .from(people)
        .where(eq(people.key, key));
      return row && withoutNulls(row);
    },
  };
}
