// Named leases.

import { and, eq, sql } from "drizzle-orm";
import type { LockRepository } from "../contract.ts";
import type { Session } from "../session.ts";

export function lockRepository(session: Session): LockRepository {
  const { locks } = session.tables;
  return {
    async acquire(name, owner, now, until) {
      const held = await session.db
        .insert(locks)
        .values({ name, owner, until })
        .onConflictDoUpdate({
          target: locks.name,
          set: { owner, until },
          setWhere: sql`${locks.until} <= ${now} or ${locks.owner} = ${owner}`,
        })
        .returning({ owner: locks.owner });
      return held.length > 0;
    },

    async release(name, owner) {
      await session.done(session.db.delete(locks).where(and(eq(locks.name, name), eq(locks.owner, owner))));
    },

    async holder(name) {
      const { owner, until } = locks;
      const [row] = await session.db.select({ owner, until }).from(locks).where(eq(locks.name, name));
      return row;
    },
  };
}
