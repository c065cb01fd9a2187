// Whose turn it is: round-robin among the people of a tenant (I3).
//
//   RF1  A person's k-th run comes after the first k runs of everybody else in the tenant who has that many, and before their
//        further ones. So who floods the queue is behind themselves and nobody is behind the flood.
//   RF2  What is rung is within the caps already: bells that a claim would refuse are not worth a job.
//   RF3  Of a person's runs in direct messages, which share a folder, one is rung for while none is at work, and that is the
//        one with the fewest segments: the long ones don't keep the short ones waiting.
//   RF4  A run that had its slice goes behind what waits longer, of its person's and, turn by turn, of the tenant's: who has more
//        runs than there are slots sees all of them go on.

import { and, count, eq, not, type SQL, sql } from "drizzle-orm";
import type { Bell } from "../../domain/bell.ts";
import type { PersonKey, RunId, TenantId } from "../../domain/ids.ts";
import type { ClaimLimits, RunRepository } from "../contract-runs.ts";
import type { Db } from "../dialect.ts";
import type { Session } from "../session.ts";
import { freeAt, isSuspect, suspectAfter } from "./run-claiming.ts";
import { isHeldUp } from "./held-up.ts";

export function runFairness(session: Session): Pick<RunRepository, "priority" | "runnable"> {
  return {
    async priority(tenant, subject) {
      const people = await backlogOf(session).execute({ tenant });
      const own = people.find((person) => person.subject === subject)?.backlog ?? 0;
      return runsBefore(people, subject, own);
    },

    async runnable(now, limits, limit) {
      const candidates = await runnable(session).execute({ now, ...limits, limit });
      const backlogs = new Map<TenantId, Backlog[]>();
      for (const tenant of new Set(candidates.map((run) => run.tenant))) {
        backlogs.set(tenant, await backlogOf(session).execute({ tenant }));
      }
      return candidates.map(({ id, segment, tenant, subject, turn }): Bell => {
        const people = backlogs.get(tenant) ?? [];
        return { run: id, segment, priority: runsBefore(people, subject, turn - 1) };
      });
    },
  };
}

interface Backlog {
  readonly subject: PersonKey;
  readonly backlog: number;
}

/** The place of a run that has `own` runs of its person before it (RF1). */
function runsBefore(people: readonly Backlog[], subject: PersonKey, own: number): number {
  return people.reduce(
    (sum, person) => (person.subject === subject ? sum : sum + Math.min(person.backlog, own + 1)),
    own,
  );
}

function backlogOf(session: Session): { execute(values: { tenant: TenantId }): Promise<Backlog[]> } {
  const { runs } = session.tables;
  return session.prepared("runs.backlog", (db, name) =>
    db
      .select({ subject: runs.subject, backlog: count() })
      .from(runs)
      .where(and(eq(runs.tenant, sql.placeholder("tenant")), sql`${runs.state} in ('queued', 'working')`))
      .groupBy(runs.subject)
      .prepare(name),
  );
}

interface Runnable {
  readonly id: RunId;
  readonly segment: number;
  readonly tenant: TenantId;
  readonly subject: PersonKey;
  /** Which of its person's runs it is, those that are worked on counted first. */
  readonly turn: number;
}

interface RunnableQuery extends ClaimLimits {
  readonly now: number;
  readonly limit: number;
}

function runnable(session: Session): {
  execute(query: RunnableQuery & Record<string, unknown>): Promise<Runnable[]>;
} {
  return session.prepared("runs.runnable", (db, name) => {
    const shares = tenantShares(session, db);
    return db
      .select({
        id: shares.id,
        segment: shares.segment,
        tenant: shares.tenant,
        subject: shares.subject,
        turn: sql<number>`${shares.turn}`.mapWith(Number),
      })
      .from(shares)
      .where(sql`${shares.share} <= ${sql.placeholder("perTenant")}`)
      .orderBy(sql`${shares.share}`, sql`${shares.turnAt}`)
      .limit(sql.placeholder("limit"))
      .prepare(name);
  });
}

/** Each person's runs that nobody works on, those that could be now, numbered from 1. */
function readyRuns(session: Session, db: Db) {
  const { runs } = session.tables;
  const suspectAtWork = sql`select 1 from ${runs} s where s.state = 'working' and s.lease_until > ${sql.placeholder("now")}
    and s.barren_claims >= ${sql.raw(`${suspectAfter}`)}`;
  const ofPerson = sql`partition by ${runs.tenant}, ${runs.subject} order by ${runs.turnAt}, ${runs.id}`;
  return db
    .select({
      id: runs.id,
      segment: runs.segment,
      tenant: runs.tenant,
      subject: runs.subject,
      turnAt: runs.turnAt,
      place: sql<number>`row_number() over (${ofPerson})`.as("place"),
    })
    .from(runs)
    .where(
      and(
        sql`${runs.state} in ('queued', 'working')`,
        sql`(${runs.state} = 'queued' and (${runs.wakeAt} is null or ${runs.wakeAt} <= ${sql.placeholder("now")})
          or ${runs.state} = 'working' and ${freeAt(session)} <= ${sql.placeholder("now")})`,
        sql`not (${isSuspect(session)} and exists (${suspectAtWork}))`, // RC4
        not(isHeldUp(session)),
        sql`not (${runs.mode} = 'assistant' and ${runs.state} = 'queued' and exists (${siblingBefore(session)}))`,
      ),
    )
    .as("ready");
}

/** RF3: another run of the same person's direct messages that is at work, or is to be first. */
function siblingBefore(session: Session): SQL {
  const { runs } = session.tables;
  const now = sql.placeholder("now");
  return sql`select 1 from ${runs} o where o.state in ('queued', 'working')
    and o.tenant = ${runs.tenant} and o.subject = ${runs.subject} and o.mode = 'assistant' and o.id <> ${runs.id}
    and (o.state = 'working' or (o.wake_at is null or o.wake_at <= ${now})
      and (o.segment, o.created_at, o.id) < (${runs.segment}, ${runs.createdAt}, ${runs.id}))`;
}

/** With `turn`: which of the person's runs it would be, live leases counted first. At most `perPerson` of each. */
function personTurns(session: Session, db: Db) {
  const { runs } = session.tables;
  const ready = readyRuns(session, db);
  const leases = sql`(select count(*) from ${runs} l where l.state = 'working' and l.lease_until > ${sql.placeholder("now")}
    and l.tenant = ${ready.tenant} and l.subject = ${ready.subject})`;
  return db
    .select({
      id: ready.id,
      segment: ready.segment,
      tenant: ready.tenant,
      subject: ready.subject,
      turnAt: ready.turnAt,
      turn: sql<number>`${ready.place} + ${leases}`.as("turn"),
    })
    .from(ready)
    .where(sql`${ready.place} <= ${sql.placeholder("perPerson")}`)
    .as("turns");
}

/** With `share`: which of the tenant's runs it would be, in order of turns. */
function tenantShares(session: Session, db: Db) {
  const { runs } = session.tables;
  const turns = personTurns(session, db);
  const leases = sql`(select count(*) from ${runs} l where l.state = 'working' and l.lease_until > ${sql.placeholder("now")}
    and l.tenant = ${turns.tenant})`;
  const ofTenant = sql`partition by ${turns.tenant} order by ${turns.turn}, ${turns.turnAt}, ${turns.id}`;
  return db
    .select({
      id: turns.id,
      segment: turns.segment,
      tenant: turns.tenant,
      subject: turns.subject,
      turnAt: turns.turnAt,
      turn: turns.turn,
      share: sql<number>`row_number() over (${ofTenant}) + ${leases}`.as("share"),
    })
    .from(turns)
    .where(sql`${turns.turn} <= ${sql.placeholder("perPerson")}`)
    .as("shares");
}
