// The chain of events per tenant: appended, read, pruned from its beginning (SA1, SA2).
//
//   AU1  The events of a transaction are written when it has done all else. Until then nobody waits for the head of a chain; from
//        then to the commit whoever holds it waits for nothing else, so heads take part in no deadlock. Several tenants' heads
//        are taken in the order of their names.
//   AU2  On Postgres the database itself reads the head, puts the place into the lines, hashes and writes them (`audit_append` in the
//        migrations): one statement, while the head is held. It has to make the same lines and hashes as `placedLine`.

import { and, asc, desc, eq, gt, lt, lte, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../domain/audit-event.ts";
import { type AuditRow, noHash, openLine, placedLine } from "../../domain/audit-line.ts";
import type { TenantId } from "../../domain/ids.ts";
import type { AuditRepository } from "../contract-audit.ts";
import { eventColumns } from "../event-columns.ts";
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
    const { appending: append } = session.dialect;
    if (append) {
      const values = { tenant, ...eventColumns(own) };
      await session.done(session.prepared("audit.append", append).execute(values));
    } else await appendOf(session, tenant, own);
  }
}

async function appendOf(session: Session, tenant: TenantId, events: readonly NewAuditEvent[]): Promise<void> {
  const head = await headOf(session, tenant);
  let { seq, hash } = head;
  for (const event of events) {
    seq += 1;
    const { line, hash: next } = placedLine(openLine(event), seq, hash);
    hash = next;
    const { time: at, type, run = null } = event;
    await session.done(insertion(session).execute({ tenant, seq, at, type, run, line, hash }));
  }
  await session.done(moving(session).execute({ tenant, seq, hash }));
}

interface Place {
  readonly seq: number;
  readonly hash: string;
}

async function headOf(session: Session, tenant: TenantId): Promise<Place> {
  const [head] = await locking(session).execute({ tenant });
  if (head) return head;
  const { auditHeads } = session.tables;
  await session.db
    .insert(auditHeads)
    .values({ tenant, seq: 0, hash: noHash, prunedTo: 0 })
    .onConflictDoNothing();
  const [made] = await locking(session).execute({ tenant });
  return made ?? { seq: 0, hash: noHash };
}

function locking(session: Session): { execute(values: { tenant: TenantId }): Promise<Place[]> } {
  const { auditHeads } = session.tables;
  return session.prepared("audit.lock", (db, name) =>
    session.dialect
      .locked(
        db
          .select({ seq: auditHeads.seq, hash: auditHeads.hash })
          .from(auditHeads)
          .where(eq(auditHeads.tenant, sql.placeholder("tenant"))),
      )
      .prepare(name),
  );
}

function insertion(session: Session): { execute(values: Record<string, unknown>): Promise<unknown> } {
  const { auditEvents } = session.tables;
  return session.prepared("audit.append", (db, name) =>
    db
      .insert(auditEvents)
      .values({
        tenant: sql.placeholder("tenant"),
        seq: sql.placeholder("seq"),
        at: sql.placeholder("at"),
        type: sql.placeholder("type"),
        run: sql.placeholder("run"),
        line: sql.placeholder("line"),
        hash: sql.placeholder("hash"),
      })
      .prepare(name),
  );
}

function moving(session: Session): { execute(values: Record<string, unknown>): Promise<unknown> } {
  const { auditHeads } = session.tables;
  return session.prepared("audit.move", (db, name) =>
    db
      .update(auditHeads)
      .set({ seq: sql`${sql.placeholder("seq")}`, hash: sql`${sql.placeholder("hash")}` })
      .where(eq(auditHeads.tenant, sql.placeholder("tenant")))
      .prepare(name),
  );
}

function reading(session: Session): Pick<AuditRepository, "heads" | "list" | "ofRun" | "lastBefore"> {
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
