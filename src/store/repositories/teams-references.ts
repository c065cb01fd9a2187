// Where messages of Teams go: conversation references, and what Teams calls people.

import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { TeamsReferenceRepository } from "../contract-platforms.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function teamsReferenceRepository(session: Session): TeamsReferenceRepository {
  return { ...places(session), ...people(session) };
}

type OfPlaces = "savePlace" | "findPlace" | "anyPlace" | "markGone";

function places(session: Session): Pick<TeamsReferenceRepository, OfPlaces> {
  const { teamsPlaces } = session.tables;
  const at = (tenant: string, conversation: string) =>
    and(eq(teamsPlaces.tenant, tenant), eq(teamsPlaces.conversation, conversation));
  return {
    async savePlace(row) {
      const { tenant, conversation, ...rest } = { ...row, goneAt: null };
      await session.done(
        session.db
          .insert(teamsPlaces)
          .values({ tenant, conversation, ...rest })
          .onConflictDoUpdate({ target: [teamsPlaces.tenant, teamsPlaces.conversation], set: rest }),
      );
    },

    async findPlace(tenant, conversation) {
      const [row] = await session.db.select().from(teamsPlaces).where(at(tenant, conversation));
      return row && withoutNulls(row);
    },

    async anyPlace(tenant) {
      const [row] = await session.db
        .select()
        .from(teamsPlaces)
        .where(and(eq(teamsPlaces.tenant, tenant), isNull(teamsPlaces.goneAt)))
        .orderBy(desc(teamsPlaces.seenAt))
        .limit(1);
      return row && withoutNulls(row);
    },

    async markGone(tenant, conversation, now) {
      await session.done(session.db.update(teamsPlaces).set({ goneAt: now }).where(at(tenant, conversation)));
    },
  };
}

type OfPeople = "savePerson" | "findPerson" | "personByUserId";

function people(session: Session): Pick<TeamsReferenceRepository, OfPeople> {
  const { teamsPeople } = session.tables;
  return {
    async savePerson({ key, ...row }) {
      const { tenant, userId, seenAt } = row;
      const personal = row.personal ?? null;
      await session.done(
        session.db
          .insert(teamsPeople)
          .values({ key, tenant, userId, seenAt, personal })
          .onConflictDoUpdate({
            target: teamsPeople.key,
            set: {
              tenant,
              userId,
              seenAt,
              personal: sql`coalesce(excluded.personal, ${teamsPeople.personal})`,
            },
          }),
      );
    },

    async findPerson(key) {
      const [row] = await session.db.select().from(teamsPeople).where(eq(teamsPeople.key, key));
      return row && withoutNulls(row);
    },

    async personByUserId(tenant, userId) {
      const [row] = await session.db
        .select()
        .from(teamsPeople)
        .where(and(eq(teamsPeople.tenant, tenant), eq(teamsPeople.userId, userId)))
        .limit(1);
      return row && withoutNulls(row);
    },
  };
}
