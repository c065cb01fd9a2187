// Sealed payloads beside the chain: what tools got and returned (AUD-3). Erasing one leaves its row, without what it held.

import { and, eq, isNotNull, lt, sql } from "drizzle-orm";
import type { TenantId } from "../../domain/ids.ts";
import type { AuditRepository } from "../contract-audit.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type Keeping = Pick<AuditRepository, "keep" | "payload" | "erase" | "prunePayloads">;

export function auditKeeping(session: Session): Keeping {
  const { auditPayloads } = session.tables;
  return {
    async keep(payload, now) {
      await session.done(insertion(session).execute({ ...payload, keptAt: now }));
    },

    async payload(run, step, part) {
      const [row] = await session.db
        .select()
        .from(auditPayloads)
        .where(and(eq(auditPayloads.run, run), eq(auditPayloads.step, step), eq(auditPayloads.part, part)));
      return row && withoutNulls(row);
    },

    async erase(whose) {
      const theirs =
        "run" in whose ? eq(auditPayloads.run, whose.run) : eq(auditPayloads.person, whose.person);
      const erased = await session.db
        .update(auditPayloads)
        .set({ sealed: null })
        .where(and(theirs, isNotNull(auditPayloads.sealed)))
        .returning({ tenant: auditPayloads.tenant });
      const counts = new Map<TenantId, number>();
      for (const { tenant } of erased) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
      return counts;
    },

    async prunePayloads(before) {
      const gone = await session.db
        .delete(auditPayloads)
        .where(lt(auditPayloads.keptAt, before))
        .returning({ step: auditPayloads.step });
      return gone.length;
    },
  };
}

function insertion(session: Session): { execute(values: Record<string, unknown>): Promise<unknown> } {
  const { auditPayloads } = session.tables;
  return session.prepared("audit.keep", (db, name) =>
    db
      .insert(auditPayloads)
      .values({
        tenant: sql.placeholder("tenant"),
        run: sql.placeholder("run"),
        step: sql.placeholder("step"),
        part: sql.placeholder("part"),
        digest: sql.placeholder("digest"),
        person: sql.placeholder("person"),
        sealed: sql.placeholder("sealed"),
        keptAt: sql.placeholder("keptAt"),
      })
      .onConflictDoNothing()
      .prepare(name),
  );
}
