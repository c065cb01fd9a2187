// What is remembered of what is not in the database: keys by their fingerprint, parts of the configuration by their digest.

import { and, eq } from "drizzle-orm";
import type { VaultMarkRepository } from "../contract.ts";
import type { Session } from "../session.ts";

export function vaultMarkRepository(session: Session): VaultMarkRepository {
  const { vaultMarks } = session.tables;
  const find = async (name: string): Promise<string | undefined> => {
    const [row] = await session.db.select().from(vaultMarks).where(eq(vaultMarks.name, name));
    return row?.value;
  };
  return {
    find,
    async claim(name, value) {
      await session.db.insert(vaultMarks).values({ name, value }).onConflictDoNothing();
      return (await find(name)) ?? value;
    },
    async replace(name, from, to) {
      const replaced = await session.db
        .update(vaultMarks)
        .set({ value: to })
        .where(and(eq(vaultMarks.name, name), eq(vaultMarks.value, from)))
        .returning({ name: vaultMarks.name });
      return replaced.length > 0;
    },
  };
}
