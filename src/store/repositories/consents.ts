// Consent sessions: every step is a conditional update with one winner (CS1).

import { and, asc, desc, eq, gt, isNull, lte, sql, ne, or } from "drizzle-orm";
import { z } from "zod";
import { consentStatesBefore } from "../../domain/consent.ts";
import type { ConsentRepository, ConsentRow } from "../contract-grants.ts";
import type { Tables } from "../dialect.ts";
import { readJson, storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type Finding = Pick<ConsentRepository, "find" | "byLink" | "byState" | "underWay" | "ofConnection">;
/** Why of a no that its person took back. */
const takenBack = "taken_back";

type Scanning = Pick<ConsentRepository, "overdue" | "declinedSince" | "takeBackNo">;
type Stepping = Omit<ConsentRepository, keyof Finding | keyof Scanning>;

const Scopes = z.array(z.string());

export function consentRepository(session: Session): ConsentRepository {
  return { ...finding(session), ...scanning(session), ...stepping(session) };
}

function finding(session: Session): Finding {
  const { consents } = session.tables;
  const only = async (column: typeof consents.id, value: string): Promise<ConsentRow | undefined> => {
    const [row] = await session.db.select().from(consents).where(eq(column, value));
    return row && toConsent(row);
  };
  return {
    find: (id) => only(consents.id, id),
    async byLink(link) {
      const [row] = await session.db.select().from(consents).where(eq(consents.link, link));
      return row && toConsent(row);
    },
    async byState(oauthState) {
      const [row] = await session.db.select().from(consents).where(eq(consents.oauthState, oauthState));
      return row && toConsent(row);
    },
    async ofConnection(initiator, connection, made) {
      const rows = await session.db
        .select()
        .from(consents)
        .where(
          and(
            eq(consents.initiator, initiator),
            eq(consents.connection, connection),
            eq(consents.made, made),
          ),
        );
      return rows.map(toConsent);
    },
    async underWay(initiator, connection) {
      const [row] = await session.db
        .select()
        .from(consents)
        .where(
          and(
            eq(consents.initiator, initiator),
            eq(consents.connection, connection),
            sql`${consents.endedAt} is null`,
          ),
        );
      return row && toConsent(row);
    },
  };
}

function scanning(session: Session): Scanning {
  const { consents } = session.tables;
  return {
    async overdue(now, limit) {
      const rows = await session.db
        .select()
        .from(consents)
        .where(and(lte(consents.expiresAt, now), sql`${consents.endedAt} is null`))
        .orderBy(asc(consents.expiresAt))
        .limit(limit);
      return rows.map(toConsent);
    },
    async takeBackNo(initiator, connection) {
      await session.db
        .update(consents)
        .set({ why: takenBack })
        .where(
          and(
            eq(consents.initiator, initiator),
            eq(consents.connection, connection),
            eq(consents.state, "declined"),
          ),
        );
    },
    async declinedSince(initiator, connection, since) {
      const [row] = await session.db
        .select({ id: consents.id })
        .from(consents)
        .where(
          and(
            eq(consents.initiator, initiator),
            eq(consents.connection, connection),
            gt(consents.endedAt, since),
            eq(consents.state, "declined"),
            or(isNull(consents.why), ne(consents.why, takenBack)),
          ),
        )
        .orderBy(desc(consents.endedAt))
        .limit(1);
      return row !== undefined;
    },
  };
}

function stepping(session: Session): Stepping {
  const { consents } = session.tables;
  const isIn = (states: readonly string[]) => session.dialect.among(consents.state, states);
  return {
    async add(row) {
      const added = await session.db
        .insert(consents)
        .values({
          ...row,
          initiatorName: storableText(row.initiatorName),
          scopes: JSON.stringify(row.scopes),
        })
        .onConflictDoNothing()
        .returning({ id: consents.id });
      return added.length > 0;
    },
    async consent(id, given, now) {
      const changed = await session.db
        .update(consents)
        .set({ ...given, issuer: given.issuer ?? null, state: "consented" })
        .where(and(eq(consents.id, id), isIn(consentStatesBefore("consented")), gt(consents.expiresAt, now)))
        .returning({ id: consents.id });
      return changed.length > 0;
    },
    async claim(id, oauthState, now) {
      const claimed = await session.db
        .update(consents)
        .set({ state: "claimed" })
        .where(
          and(
            eq(consents.id, id),
            eq(consents.oauthState, oauthState),
            isIn(consentStatesBefore("claimed")),
            gt(consents.expiresAt, now),
          ),
        )
        .returning({ id: consents.id });
      return claimed.length > 0;
    },
    async end(id, to, { why, made, now }) {
      const ended = await session.db
        .update(consents)
        .set({
          state: to,
          why: why ?? null,
          made: made ?? null,
          endedAt: now,
          browser: null,
          proof: null,
        })
        .where(and(eq(consents.id, id), isIn(consentStatesBefore(to)), isNull(consents.endedAt)))
        .returning({ id: consents.id });
      return ended.length > 0;
    },
  };
}

function toConsent(row: Tables["consents"]["$inferSelect"]): ConsentRow {
  return withoutNulls({ ...row, scopes: readJson(Scopes, row.scopes, { table: "consents", key: row.id }) });
}
