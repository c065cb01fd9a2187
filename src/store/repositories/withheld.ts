// What was not posted because others read there than those whose matter it is (OUT-4).

import { and, asc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { Outgoing } from "../../domain/outbox.ts";
import { PersonKeySchema } from "../../domain/person.ts";
import type { WithheldRepository } from "../contract.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

const Owners = z.array(PersonKeySchema);
const Said = z.object({ key: z.string(), message: Outgoing });

export function withheldRepository(session: Session): WithheldRepository {
  const { withheld } = session.tables;
  return {
    async add({ said, owners, ...row }) {
      const columns = {
        owners: JSON.stringify(owners),
        utterance: JSON.stringify(said),
        state: "held",
      } as const;
      await session.done(
        session.db
          .insert(withheld)
          .values({ ...row, ...columns })
          .onConflictDoNothing(),
      );
    },

    async ofRun(run) {
      const rows = await session.db
        .select()
        .from(withheld)
        .where(eq(withheld.run, run))
        .orderBy(asc(withheld.createdAt), asc(withheld.id));
      return rows.map(({ owners, utterance, ...row }) => {
        const place = { table: "withheld", key: row.id };
        return {
          ...withoutNulls(row),
          owners: readJson(Owners, owners, place),
          said: readJson(Said, utterance, place),
        };
      });
    },

    async decide(run, from, { state, by, at }) {
      const changed = await session.db
        .update(withheld)
        .set({ state, decidedBy: by, decidedAt: at })
        .where(and(eq(withheld.run, run), inArray(withheld.state, [...from])))
        .returning({ id: withheld.id });
      return changed.length > 0;
    },
  };
}
