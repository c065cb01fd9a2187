// Browsers that proved whose they are, and those that are on the way to it (CON-4).

import { and, eq, gt, lte } from "drizzle-orm";
import type { BrowserRepository } from "../contract-grants.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function browserRepository(session: Session): BrowserRepository {
  const { browsers } = session.tables;
  return {
    async save({ id, ...row }) {
      const set = {
        ...row,
        person: row.person ?? null,
        signInState: row.signInState ?? null,
        signIn: row.signIn ?? null,
      };
      await session.done(
        session.db
          .insert(browsers)
          .values({ id, ...set })
          .onConflictDoUpdate({ target: browsers.id, set }),
      );
    },
    async find(id, now) {
      const [row] = await session.db
        .select()
        .from(browsers)
        .where(and(eq(browsers.id, id), gt(browsers.expiresAt, now)));
      return row && withoutNulls(row);
    },
    async takeSignIn(signInState, now) {
      const [held] = await session.dialect.locked(
        session.db
          .select()
          .from(browsers)
          .where(and(eq(browsers.signInState, signInState), gt(browsers.expiresAt, now))),
      );
      if (held === undefined) return undefined;
      await session.db
        .update(browsers)
        .set({ signInState: null, signIn: null })
        .where(eq(browsers.id, held.id));
      return withoutNulls(held);
    },
    async prune(now) {
      const gone = await session.db
        .delete(browsers)
        .where(lte(browsers.expiresAt, now))
        .returning({ id: browsers.id });
      return gone.length;
    },
  };
}
