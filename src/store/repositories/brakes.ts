// What is held up: few rows, looked at often.

import { and, asc, eq } from "drizzle-orm";
import type { BrakeRepository } from "../contract.ts";
import type { Session } from "../session.ts";

export function brakeRepository(session: Session): BrakeRepository {
  const { brakes } = session.tables;
  return {
    async pull(brake) {
      const pulled = await session.db
        .insert(brakes)
        .values(brake)
        .onConflictDoNothing()
        .returning({ id: brakes.id });
      return pulled.length > 0;
    },

    async release(kind, name) {
      const [released] = await session.db
        .delete(brakes)
        .where(and(eq(brakes.kind, kind), eq(brakes.name, name)))
        .returning();
      return released;
    },

    async find(kind, name) {
      const [brake] = await session.db
        .select()
        .from(brakes)
        .where(and(eq(brakes.kind, kind), eq(brakes.name, name)));
      return brake;
    },

    list() {
      const statement = session.prepared("brakes.list", (db, name) =>
        db.select().from(brakes).orderBy(asc(brakes.pulledAt), asc(brakes.id)).prepare(name),
      );
      return statement.execute();
    },
  };
}
