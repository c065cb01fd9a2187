// Checkpoints over the chains, and the keys that sign them (AUD-4).

import { and, asc, desc, eq, isNotNull, sql } from "drizzle-orm";
import type { AuditRepository, StoredCheckpoint } from "../contract-audit.ts";
import type { Tables } from "../dialect.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

type CheckpointNames = "addCheckpoint" | "checkpoints" | "lastCheckpoint" | "unanchored" | "anchored";
type KeyNames = "keys" | "addKey" | "resealKey";

export function auditSigning(session: Session): Pick<AuditRepository, CheckpointNames | KeyNames> {
  return { ...checkpointing(session), ...keeping(session) };
}

function checkpointing(session: Session): Pick<AuditRepository, CheckpointNames> {
  const { auditCheckpoints } = session.tables;
  const { tenant, seq, at, anchored } = auditCheckpoints;
  const all = () => session.db.select().from(auditCheckpoints);
  return {
    async addCheckpoint(checkpoint) {
      await session.db
        .insert(auditCheckpoints)
        .values({ ...checkpoint, anchored: false })
        .onConflictDoNothing();
    },
    async checkpoints(of) {
      const rows = await all()
        .where(of === undefined ? undefined : eq(tenant, of))
        .orderBy(asc(tenant), asc(seq));
      return rows.map(toCheckpoint);
    },
    async lastCheckpoint(of) {
      const [row] = await all().where(eq(tenant, of)).orderBy(desc(seq)).limit(1);
      return row && toCheckpoint(row);
    },
    async unanchored(limit) {
      const rows = await all().where(sql`not ${anchored}`).orderBy(asc(at), asc(seq)).limit(limit);
      return rows.map(toCheckpoint);
    },
    async anchored(checkpoint) {
      await session.db
        .update(auditCheckpoints)
        .set({ anchored: true })
        .where(and(eq(tenant, checkpoint.tenant), eq(seq, checkpoint.seq)));
    },
  };
}

function toCheckpoint(row: Tables["auditCheckpoints"]["$inferSelect"]): StoredCheckpoint {
  const { anchored: _anchored, ...checkpoint } = row;
  return checkpoint;
}

function keeping(session: Session): Pick<AuditRepository, KeyNames> {
  const { auditKeys } = session.tables;
  return {
    async keys() {
      const rows = await session.db
        .select()
        .from(auditKeys)
        .orderBy(asc(auditKeys.madeAt), asc(auditKeys.id));
      return rows.map(withoutNulls);
    },
    async addKey(key) {
      await session.dialect.serialize(session.db, "audit keys");
      const live = await session.db
        .select({ id: auditKeys.id })
        .from(auditKeys)
        .where(isNotNull(auditKeys.sealed));
      if (live[0]?.id !== key.signedBy) return false;
      await session.db.update(auditKeys).set({ sealed: null }).where(isNotNull(auditKeys.sealed));
      await session.db.insert(auditKeys).values(key);
      return true;
    },
    async resealKey(id, from, to) {
      const resealed = await session.db
        .update(auditKeys)
        .set({ sealed: to })
        .where(and(eq(auditKeys.id, id), eq(auditKeys.sealed, from)))
        .returning({ id: auditKeys.id });
      return resealed.length > 0;
    },
  };
}
