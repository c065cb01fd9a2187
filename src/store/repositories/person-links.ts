// Keys of one person, and the codes by which they prove it (domain/person-link.ts).
//
//   PL1  Links are made and ended one after another, so that a key has one person at a time.

import { and, eq, gt, isNull, lte, or, type SQL } from "drizzle-orm";
import type { PersonKey } from "../../domain/ids.ts";
import type { PersonLinkRepository } from "../contract-person-links.ts";
import { storableText, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function personLinkRepository(session: Session): PersonLinkRepository {
  return { ...codes(session), ...changes(session), ...looks(session) };
}

type OfCodes = "offer" | "take";

function codes(session: Session): Pick<PersonLinkRepository, OfCodes> {
  const { linkCodes } = session.tables;
  return {
    async offer(code, now) {
      await session.db
        .delete(linkCodes)
        .where(or(eq(linkCodes.shownTo, code.shownTo), lte(linkCodes.expiresAt, now)));
      await session.db.insert(linkCodes).values({ ...code, shownToName: storableText(code.shownToName) });
    },

    async take(digest, now) {
      const [row] = await session.db.delete(linkCodes).where(eq(linkCodes.digest, digest)).returning();
      return row && row.expiresAt > now ? withoutNulls(row) : undefined;
    },
  };
}

/** The rows of links, one thing at a time. */
function linkRows(session: Session) {
  const { personLinks } = session.tables;
  const isOpen = isNull(personLinks.endedAt);
  const counts = (from: number | undefined): SQL | undefined =>
    from === undefined ? isOpen : or(isOpen, gt(personLinks.endedAt, from));
  return {
    counts,
    async membersOf(person: string, from?: number): Promise<PersonKey[]> {
      const rows = await session.db
        .select({ key: personLinks.key })
        .from(personLinks)
        .where(and(eq(personLinks.person, person), counts(from)));
      return rows.map(({ key }) => key);
    },
    async peopleOf(key: PersonKey, from?: number): Promise<string[]> {
      const rows = await session.db
        .select({ person: personLinks.person })
        .from(personLinks)
        .where(and(eq(personLinks.key, key), counts(from)));
      return rows.map(({ person }) => person);
    },
    async end(key: PersonKey, now: number): Promise<void> {
      const ended = session.db.update(personLinks).set({ endedAt: now });
      await session.done(ended.where(and(eq(personLinks.key, key), isOpen)));
    },
    async join(key: PersonKey, person: string, now: number): Promise<void> {
      const open = { since: now, endedAt: null };
      const target = [personLinks.key, personLinks.person];
      const joined = session.db.insert(personLinks).values({ key, person, ...open });
      await session.done(joined.onConflictDoUpdate({ target, set: open }));
    },
  };
}

function changes(session: Session): Pick<PersonLinkRepository, "link" | "unlink"> {
  const rows = linkRows(session);
  const inOrder = () => session.dialect.serialize(session.db, "person-links"); // PL1
  return {
    async link(one, other, { fresh, now }) {
      await inOrder();
      const [[ours], [theirs]] = [await rows.peopleOf(one), await rows.peopleOf(other)];
      if (ours !== undefined && ours === theirs) return false;
      const person = ours ?? theirs ?? fresh;
      const moved = theirs === undefined ? [other] : await rows.membersOf(theirs);
      for (const key of new Set([one, ...moved])) {
        if ((await rows.peopleOf(key)).includes(person)) continue;
        await rows.end(key, now);
        await rows.join(key, person, now);
      }
      return true;
    },

    async unlink(key, now) {
      await inOrder();
      const [person] = await rows.peopleOf(key);
      if (person === undefined) return [];
      const others = (await rows.membersOf(person)).filter((one) => one !== key);
      await rows.end(key, now);
      const [last, ...more] = others;
      if (last !== undefined && more.length === 0) await rows.end(last, now);
      return others;
    },
  };
}

function looks(session: Session): Pick<PersonLinkRepository, "of" | "others"> {
  const { personLinks } = session.tables;
  const links = linkRows(session);
  return {
    async of(keys, from) {
      if (keys.length === 0) return [];
      const rows = await session.db
        .select()
        .from(personLinks)
        .where(and(session.dialect.among(personLinks.key, keys), links.counts(from)));
      return rows.map(withoutNulls);
    },

    async others(key, from) {
      const found = new Set<PersonKey>();
      for (const person of await links.peopleOf(key, from)) {
        for (const other of await links.membersOf(person, from)) if (other !== key) found.add(other);
      }
      return [...found].toSorted();
    },
  };
}
