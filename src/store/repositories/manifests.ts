// Versions of workspaces, numbered from 1 in each.

import { asc, desc, eq, sql } from "drizzle-orm";
import type { ManifestRepository } from "../contract.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function manifestRepository(session: Session): ManifestRepository {
  const { manifests } = session.tables;
  return {
    async add(row) {
      await session.done(session.dialect.serialize(session.db, `manifests ${row.workspace}`));
      const [added] = await session.db
        .insert(manifests)
        .values({
          ...row,
          seq: sql`(select coalesce(max(seq), 0) + 1 from ${manifests} where workspace = ${row.workspace})`,
        })
        .returning();
      if (!added) throw new Error(`A manifest of workspace ${row.workspace} was not inserted.`);
      return withoutNulls(added);
    },

    async latest(workspace) {
      const statement = session.prepared("manifests.latest", (db, name) =>
        db
          .select()
          .from(manifests)
          .where(eq(manifests.workspace, sql.placeholder("workspace")))
          .orderBy(desc(manifests.seq))
          .limit(1)
          .prepare(name),
      );
      const [row] = await statement.execute({ workspace });
      return row && withoutNulls(row);
    },

    async list(workspace) {
      const rows = await session.db
        .select()
        .from(manifests)
        .where(eq(manifests.workspace, workspace))
        .orderBy(asc(manifests.seq));
      return rows.map((row) => withoutNulls(row));
    },
  };
}
