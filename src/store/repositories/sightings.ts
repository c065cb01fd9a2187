// Addresses that a run read in what others wrote (TNT-4).

import { asc, eq } from "drizzle-orm";
import { z } from "zod";
import type { SightingRepository } from "../contract.ts";
import { readJson } from "../rows.ts";
import type { Session } from "../session.ts";

const Found = z.object({ by: z.enum(["stranger", "file", "run"]), found: z.array(z.string()) });

export function sightingRepository(session: Session): SightingRepository {
  const { sightings } = session.tables;
  return {
    async add(run, step, { source, by, found }) {
      const row = { run, step, source, found: JSON.stringify({ by, found }) };
      await session.done(session.db.insert(sightings).values(row).onConflictDoNothing());
    },

    async list(run) {
      const rows = await session.db
        .select()
        .from(sightings)
        .where(eq(sightings.run, run))
        .orderBy(asc(sightings.step), asc(sightings.source));
      return rows.map(({ source, found }) => ({
        source,
        ...readJson(Found, found, { table: "sightings", key: run }),
      }));
    },
  };
}
