// Taking a run to work on it, and keeping it (I8).
//
//   RC1  Claims within one tenant follow one another, so that the caps hold whatever is claimed at once (I3).
//   RC2  Every claim raises epoch and segment: the fence of all that came before, and a name for the next bell that no dead
//        worker's queue job has.
//   RC3  A run is not begun while another one is `working` in the same workspace, be its lease alive or past: only a takeover
//        may follow a dead owner into the folder (F3).
//   RC4  A claim is barren when it takes over from an owner that never let go, until a step is committed. A run with
//        `suspectAfter` of them in a row is a suspect: of suspects one is at work at a time, in all processes, each after a
//        pause that doubles. So whatever ends workers ends itself, and not for long those that happened to be beside it.

import { and, eq, ne, type SQL, not, sql } from "drizzle-orm";
import type { PersonKey, RunId, TenantId } from "../../domain/ids.ts";
import type { RunMode, RunState } from "../../domain/run.ts";
import type { ClaimLimits, RunRepository } from "../contract-runs.ts";
import type { Session } from "../session.ts";
import { isHeldUp } from "./held-up.ts";
import { besideKey } from "./keyed.ts";
import { type Brief, type RunRow, toRun } from "./run-rows.ts";

type Claiming = Pick<RunRepository, "claim" | "renew" | "leaseOwners" | "expireLeases">;

export function runClaiming(session: Session): Claiming {
  const { runs } = session.tables;
  return {
    // oxlint-disable-next-line max-params -- the contract's
    async claim(bell, owner, leaseMs, limits, now) {
      const [run] = await claimable(session).execute({ run: bell.run, segment: bell.segment, now });
      if (!run) return { kind: "nothing" };
      if (run.suspect) await session.done(session.dialect.serialize(session.db, "claims of suspects")); // RC4
      await session.done(session.dialect.serialize(session.db, `claims ${run.tenant}`)); // RC1
      if (run.suspect && (await isSuspectAtWork(session, now))) return { kind: "capped" }; // RC4
      if (await isFolderBusy(session, bell.run, run)) return { kind: "capped" };
      const { tenant, subject } = run;
      const shares = { tenant, subject, ...limits, now };
      const [taken] = await taking(session).execute({
        ...shares,
        run: bell.run,
        segment: bell.segment,
        owner,
        until: now + leaseMs,
      });
      if (!taken) return { kind: (await hasRoom(session, shares)) ? "nothing" : "capped" };
      const claimed = toRun({ run: taken, brief: run.brief });
      const lease = { run: claimed.id, epoch: claimed.epoch, owner };
      return { kind: "claimed", run: claimed, lease, takenOver: run.leaseOwner !== null };
    },

    async renew(owner, ids, until) {
      const rows = await session.db
        .update(runs)
        .set({ leaseUntil: until })
        .where(and(session.dialect.among(runs.id, ids), eq(runs.leaseOwner, owner), isWorking(session)))
        .returning({ id: runs.id });
      return rows.map((row) => row.id);
    },

    async leaseOwners(now) {
      const statement = session.prepared("runs.lease-owners", (db, name) =>
        db
          .selectDistinct({ owner: runs.leaseOwner })
          .from(runs)
          .where(and(isWorking(session), sql`${runs.leaseUntil} > ${sql.placeholder("now")}`))
          .prepare(name),
      );
      const rows = await statement.execute({ now });
      return rows.flatMap((row) => row.owner ?? []);
    },

    async expireLeases(owner, now) {
      const rows = await session.db
        .update(runs)
        .set({ leaseUntil: now })
        .where(and(isWorking(session), eq(runs.leaseOwner, owner), sql`${runs.leaseUntil} > ${now}`))
        .returning({ id: runs.id });
      return rows.length;
    },
  };
}

function isWorking(session: Session): ReturnType<typeof sql> {
  return sql`${session.tables.runs.state} = 'working'`;
}

/** On `run`, `segment` and `now`: the bell's segment is current, and the run is due, nobody's and not held up. */
function isClaimable(session: Session): ReturnType<typeof and> {
  const { runs } = session.tables;
  const now = sql.placeholder("now");
  const state = besideKey(runs.state);
  return and(
    eq(runs.id, sql.placeholder("run")),
    eq(runs.segment, sql.placeholder("segment")),
    sql`(${state} = 'queued' and (${runs.wakeAt} is null or ${runs.wakeAt} <= ${now})
      or ${state} = 'working' and ${freeAt(session)} <= ${now})`,
    not(isHeldUp(session)),
  );
}

export const suspectAfter = 2;
const firstPauseMs = 2_000;

/** RC4. Also in the scan for what is runnable (run-fairness.ts). */
export function isSuspect(session: Session): SQL {
  const { runs } = session.tables;
  return sql`(${runs.barrenClaims} >= ${sql.raw(`${suspectAfter}`)} and ${runs.leaseOwner} is not null)`;
}

/** When a run whose owner never let go may be taken over: at the end of its lease, and of its pause (RC4). */
export function freeAt(session: Session): SQL {
  const { runs } = session.tables;
  const pauses = [0, 1, 2].map((more) =>
    sql.raw(`when ${suspectAfter + more} then ${firstPauseMs * 2 ** more}`),
  );
  const longest = sql.raw(`${firstPauseMs * 8}`);
  return sql`(${runs.leaseUntil} + case when ${runs.barrenClaims} < ${sql.raw(`${suspectAfter}`)} then 0 else
    case ${runs.barrenClaims} ${sql.join(pauses, sql` `)} else ${longest} end end)`;
}

async function isSuspectAtWork(session: Session, now: number): Promise<boolean> {
  const { runs } = session.tables;
  const statement = session.prepared("runs.suspect-at-work", (db, name) =>
    db
      .select({ id: runs.id })
      .from(runs)
      .where(and(isWorking(session), isSuspect(session), sql`${runs.leaseUntil} > ${sql.placeholder("now")}`))
      .limit(1)
      .prepare(name),
  );
  return (await statement.execute({ now })).length > 0;
}

interface Candidate {
  readonly tenant: TenantId;
  readonly subject: PersonKey;
  readonly mode: RunMode;
  readonly state: RunState;
  readonly leaseOwner: string | null;
  readonly suspect: boolean;
  readonly brief: Brief;
}

interface BellValues {
  readonly run: RunId;
  readonly segment: number;
  readonly now: number;
}

function claimable(session: Session): { execute(values: BellValues & Values): Promise<Candidate[]> } {
  const { runs, briefs } = session.tables;
  return session.prepared("runs.claimable", (db, name) =>
    db
      .select({
        tenant: runs.tenant,
        subject: runs.subject,
        mode: runs.mode,
        state: runs.state,
        leaseOwner: runs.leaseOwner,
        suspect: sql<boolean>`${isSuspect(session)}`.mapWith(Boolean),
        brief: { goal: briefs.goal, opening: briefs.opening },
      })
      .from(runs)
      .innerJoin(briefs, eq(briefs.run, runs.id))
      .where(isClaimable(session))
      .prepare(name),
  );
}

type Values = Record<string, unknown>;

function taking(session: Session): {
  execute(values: BellValues & ShareValues & { owner: string; until: number } & Values): Promise<RunRow[]>;
} {
  const { runs } = session.tables;
  return session.prepared("runs.claim", (db, name) =>
    db
      .update(runs)
      .set({
        state: "working",
        epoch: sql`${runs.epoch} + 1`,
        segment: sql`${runs.segment} + 1`,
        leaseOwner: sql`${sql.placeholder("owner")}`,
        leaseUntil: sql`${sql.placeholder("until")}`,
        wakeAt: null,
        turnAt: sql`${sql.placeholder("now")}`,
        barrenClaims: sql`${runs.barrenClaims} + case when ${runs.state} = 'working' then 1 else 0 end`,
        startedAt: sql`coalesce(${runs.startedAt}, ${sql.placeholder("now")})`,
      })
      .where(and(isClaimable(session), isRoom(session)))
      .returning()
      .prepare(name),
  );
}

interface ShareValues extends ClaimLimits {
  readonly tenant: TenantId;
  readonly subject: PersonKey;
  readonly now: number;
}

/** On `tenant`, `subject`, their limits and `now`: fewer live leases than both may have. */
function isRoom({ tables: { runs } }: Session): SQL {
  const live = sql`(select count(*) from ${runs} l where l.state = 'working'
    and l.tenant = ${sql.placeholder("tenant")} and l.lease_until > ${sql.placeholder("now")}`;
  return sql`${live}) < ${sql.placeholder("perTenant")}
    and ${live} and l.subject = ${sql.placeholder("subject")}) < ${sql.placeholder("perPerson")}`;
}

async function hasRoom(session: Session, values: ShareValues & Values): Promise<boolean> {
  const statement = session.prepared("runs.has-room", (db, name) =>
    db
      .select({ room: sql<boolean>`${isRoom(session)}`.mapWith(Boolean) })
      .from(sql`(select 1) as one`)
      .prepare(name),
  );
  return (await statement.execute(values)).some(({ room }) => room);
}

/** RC3. Only a person's direct messages share a workspace; a run that is taken over was there first. */
async function isFolderBusy(session: Session, id: RunId, run: Candidate): Promise<boolean> {
  if (run.mode !== "assistant" || run.state === "working") return false;
  const { runs, conversations } = session.tables;
  const own = session.prepared("runs.folder-busy", (db, name) => {
    const workspace = sql`(select c.workspace from ${conversations} c, ${runs} r
      where r.id = ${sql.placeholder("id")} and c.id = r.conversation)`;
    return db
      .select({ id: runs.id })
      .from(runs)
      .innerJoin(conversations, eq(conversations.id, runs.conversation))
      .where(
        and(
          isWorking(session),
          eq(runs.tenant, sql.placeholder("tenant")),
          ne(runs.id, sql.placeholder("id")),
          sql`${conversations.workspace} = ${workspace}`,
        ),
      )
      .limit(1)
      .prepare(name);
  });
  return (await own.execute({ id, tenant: run.tenant })).length > 0;
}
