// The chain of events per tenant: appended, read, pruned from its beginning (SA1, SA2).
//
//   AU1  The events of a transaction are written when it has done all else. Until then nobody waits for the head of a chain; from
//        then to the commit whoever holds it waits for nothing else, so heads take part in no deadlock. Several tenants' heads
//        are taken in the order of their names.
//   AU2  On Postgres the database itself reads the head, puts the place into the lines, hashes and writes them (`audit_append` in the
//        migrations): one statement, while the head is held. It has to make the same lines and hashes as `placedLine`.

import { and, asc, desc, eq, gt, gte, lt, lte } from "drizzle-orm";
import type { NewAuditEvent } from "../../domain/audit-event.ts";
import type { AuditRow } from "../../domain/audit-line.ts";
import type { AuditRepository } from "../contract-audit.ts";
import { type Appending, eventColumns } from "../event-columns.ts";
import type { Session } from "../session.ts";
import { auditKeeping } from "./audit-keeping.ts";
import { auditSigning } from "./audit-signing.ts";

export function auditRepository(session: Session): AuditRepository {
  return {
    append: appending(session),
    ...reading(session),
    ...pruning(session),
    ...auditKeeping(session),
    ...auditSigning(session),
  };
}

function appending(session: Session): AuditRepository["append"] {
  const asked: NewAuditEvent[] = [];
  return async (event) => {
    if (asked.length === 0) session.last(() => appendAll(session, asked));
    asked.push(event);
  };
}

async function appendAll(session: Session, events: readonly NewAuditEvent[]): Promise<void> {
  const tenants = new Set(events.map(({ tenant }) => tenant));
  for (const tenant of [...tenants].toSorted()) {
    // AU1
    const own = tenants.size === 1 ? events : events.filter((event) => event.tenant === tenant);
    const values = { tenant, ...eventColumns(own) };
    await session.done(appended(session).execute(values));
  }
}

function appended(session: Session): Appending {
  return session.prepared("audit.append", (db, name) => session.dialect.appending(db, name));
}

type Reading = Pick<AuditRepository, "heads" | "list" | "ofRun" | "lastBefore" | "oldUpTo">;

function reading(session: Session): Reading {
  const { auditEvents, auditHeads } = session.tables;
  const { tenant, seq, type, line, hash } = auditEvents;
  const columns = { tenant, seq, type, line, hash };
  return {
    heads: async () => session.db.select().from(auditHeads).orderBy(asc(auditHeads.tenant)),
    list: async (of, after, limit): Promise<AuditRow[]> =>
      session.db
        .select(columns)
        .from(auditEvents)
        .where(and(eq(tenant, of), gt(seq, after)))
        .orderBy(asc(seq))
        .limit(limit),
    ofRun: async (run): Promise<AuditRow[]> =>
      session.db.select(columns).from(auditEvents).where(eq(auditEvents.run, run)).orderBy(asc(seq)),
    async lastBefore(of, before) {
      const [last] = await session.db
        .select({ seq })
        .from(auditEvents)
        .where(and(eq(tenant, of), lt(auditEvents.at, before)))
        .orderBy(desc(seq))
        .limit(1);
      return last?.seq;
    },
    async oldUpTo(of, before, now) {
      const { at } = auditEvents;
      const [young] = await session.db
        .select({ seq })
        .from(auditEvents)
        .where(and(eq(tenant, of), gte(at, before), lte(at, now)))
        .orderBy(asc(seq))
        .limit(1);
      const [old] = await session.db
        .select({ seq })
        .from(auditEvents)
        .where(and(eq(tenant, of), lt(at, before), young && lt(seq, young.seq)))
        .orderBy(desc(seq))
        .limit(1);
      return old?.seq;
    },
  };
}

function pruning(session: Session): Pick<AuditRepository, "prune"> {
  const { auditEvents, auditHeads } = session.tables;
  return {
    async prune(tenant, upTo) {
      await session.db
        .update(auditHeads)
        .set({ prunedTo: upTo })
        .where(and(eq(auditHeads.tenant, tenant), lt(auditHeads.prunedTo, upTo)));
      const gone = await session.db
        .delete(auditEvents)
        .where(and(eq(auditEvents.tenant, tenant), lte(auditEvents.seq, upTo)))
        .returning({ seq: auditEvents.seq });
      return gone.length;
    },
  };
}
