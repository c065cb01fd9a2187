// Named leases.

import { and, eq, sql } from "drizzle-orm";
import type { LockRepository } from "../contract.ts";
import type { Session } from "../session.ts";

export function lockRepository(session: Session): LockRepository {
  const { locks } = session.tables;
  return {
    async acquire(name, owner, now, until) {
      const statement = session.prepared("locks.acquire", (db, statementName) =>
        db
          .insert(locks)
          .values({
            name: sql.placeholder("name"),
            owner: sql.placeholder("owner"),
            until: sql.placeholder("until"),
          })
          .onConflictDoUpdate({
            target: locks.name,
            set: { owner: sql`excluded.owner`, until: sql`excluded.until_at` },
            setWhere: sql`${locks.until} <= ${sql.placeholder("now")} or ${locks.owner} = excluded.owner`,
          })
          .returning({ owner: locks.owner })
          .prepare(statementName),
      );
      const held = await statement.execute({ name, owner, now, until });
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
