// What was last known of things outside the database: keys by their fingerprint, parts of the configuration by their digest, how far
// the stream of the record came.

import { and, eq } from "drizzle-orm";
import type { LastKnownRepository } from "../contract.ts";
import type { Session } from "../session.ts";

export function lastKnownRepository(session: Session): LastKnownRepository {
  const { lastKnown } = session.tables;
  const find = async (name: string): Promise<string | undefined> => {
    const [row] = await session.db.select().from(lastKnown).where(eq(lastKnown.name, name));
    return row?.value;
  };
  return {
    find,
    async claim(name, value) {
      await session.db.insert(lastKnown).values({ name, value }).onConflictDoNothing();
      return (await find(name)) ?? value;
    },
    async replace(name, from, to) {
      const replaced = await session.db
        .update(lastKnown)
        .set({ value: to })
        .where(and(eq(lastKnown.name, name), eq(lastKnown.value, from)))
        .returning({ name: lastKnown.name });
      return replaced.length > 0;
    },
  };
}
