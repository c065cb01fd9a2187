// Where something outside is in the way of several runs: one row per place while it lasts.

import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { RunId } from "../../domain/ids.ts";
import { asRunId } from "../../domain/ids.ts";
import type { TroubleRepository } from "../contract.ts";
import { readJson } from "../rows.ts";
import type { Session } from "../session.ts";

const Runs = z.array(z.string().transform(asRunId));

export function troubleRepository(session: Session): TroubleRepository {
  const { troubles } = session.tables;
  const written = (runs: readonly RunId[]): string => JSON.stringify(runs);
  return {
    async open({ runs, ...trouble }) {
      const made = await session.db
        .insert(troubles)
        .values({ ...trouble, runs: written(runs) })
        .onConflictDoNothing()
        .returning({ place: troubles.place });
      return made.length > 0;
    },

    async change(place, from, to) {
      const changed = await session.db
        .update(troubles)
        .set({ runs: written(to) })
        .where(and(eq(troubles.place, place), eq(troubles.runs, written(from))))
        .returning({ place: troubles.place });
      return changed.length > 0;
    },

    async end(place) {
      const ended = await session.db
        .delete(troubles)
        .where(eq(troubles.place, place))
        .returning({ place: troubles.place });
      return ended.length > 0;
    },

    async list() {
      const rows = await session.db.select().from(troubles);
      return rows.map((row) => ({
        ...row,
        runs: readJson(Runs, row.runs, { table: "troubles", key: row.place }),
      }));
    },
  };
}
