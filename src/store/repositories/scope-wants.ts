// Scopes that services asked for when a connection was used.

import { and, eq } from "drizzle-orm";
import type { ScopeWantRepository } from "../contract-authorities.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";
import { textsOf } from "./authorities.ts";

export function scopeWantRepository(session: Session): ScopeWantRepository {
  const { scopeWants } = session.tables;
  return {
    async find(connection, capability) {
      const [row] = await session.db
        .select()
        .from(scopeWants)
        .where(and(eq(scopeWants.connection, connection), eq(scopeWants.capability, capability)));
      return row && { ...withoutNulls(row), scopes: textsOf(row.scopes) };
    },
    async put({ connection, capability, scopes, at }) {
      const set = { scopes: JSON.stringify(scopes), at, askedAt: null };
      await session.done(
        session.db
          .insert(scopeWants)
          .values({ connection, capability, ...set })
          .onConflictDoUpdate({ target: [scopeWants.connection, scopeWants.capability], set }),
      );
    },
    async asked(connection, now) {
      await session.done(
        session.db.update(scopeWants).set({ askedAt: now }).where(eq(scopeWants.connection, connection)),
      );
    },
  };
}
