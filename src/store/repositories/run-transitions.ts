// From one state of a run to the next, under its lease or without one.

import { and, eq, type SQL, sql } from "drizzle-orm";
import type { PersonKey, RunId } from "../../domain/ids.ts";
import type { Lease, RunOutcome, TerminalRunState } from "../../domain/run.ts";
import type { RunRepository } from "../contract-runs.ts";
import { LeaseLost } from "../errors.ts";
import { storableText } from "../rows.ts";
import type { Session } from "../session.ts";
import { cancelApprovals } from "./approvals.ts";
import { inState } from "./keyed.ts";

type Transitions = Pick<
  RunRepository,
  "advance" | "park" | "requeue" | "settle" | "settleIdle" | "settleUnheard" | "wake" | "requestStop" | "hold"
>;

export function runTransitions(session: Session): Transitions {
  const { runs } = session.tables;
  return {
    ...deciding(session),
    async advance(lease, from, to, spent) {
      const values = { ...lease, from, to, spent: JSON.stringify(spent) };
      const moved = await advancing(session).execute(values);
      const [row] = moved;
      if (!row) throw new LeaseLost(lease);
      return row.stopRequestedBy === null ? {} : { stopRequestedBy: row.stopRequestedBy };
    },

    park: (lease, wakeAt) => letGo(session, lease, "park", { wakeAt: wakeAt ?? null }),

    requeue: (lease, wakeAt, retries) =>
      letGo(session, lease, "requeue", { wakeAt: wakeAt ?? null, retries }),

    async settle(lease, state, outcome, now) {
      await letGo(session, lease, "settle", ended(state, outcome, now));
      await cancelWaits(session, lease.run, now);
    },

    async settleIdle(run, state, outcome, now) {
      const settled = await session.db
        .update(runs)
        .set({ ...released(session), ...ended(state, outcome, now), wakeAt: null, checkInAt: null })
        .where(and(eq(runs.id, run), inState(session, "queued", "waiting")))
        .returning({ id: runs.id });
      if (settled.length === 0) return false;
      await cancelWaits(session, run, now);
      return true;
    },

    async wake(run) {
      const statement = session.prepared("runs.wake", (db, name) =>
        db
          .update(runs)
          .set({ state: "queued", wakeAt: null, segment: sql`${runs.segment} + 1` })
          .where(and(eq(runs.id, sql.placeholder("run")), inState(session, "waiting")))
          .returning({ segment: runs.segment })
          .prepare(name),
      );
      const [woken] = await statement.execute({ run });
      return woken?.segment;
    },

    async requestStop(run, by) {
      const marked = await session.db
        .update(runs)
        .set({ stopRequestedBy: sql`coalesce(${runs.stopRequestedBy}, ${by})` })
        .where(and(eq(runs.id, run), inState(session, "queued", "working", "waiting")))
        .returning({ id: runs.id });
      return marked.length > 0;
    },
  };
}

/** What is decided about a run by whoever does not work on it. */
function deciding(session: Session): Pick<RunRepository, "settleUnheard" | "hold"> {
  const { runs } = session.tables;
  return {
    async settleUnheard(run, outcome, now) {
      const settled = await session.db
        .update(runs)
        .set({ ...released(session), ...ended("stopped", outcome, now), wakeAt: null, checkInAt: null })
        .where(and(eq(runs.id, run), inState(session, "working"), sql`${runs.stopRequestedBy} is not null`))
        .returning({ id: runs.id });
      if (settled.length === 0) return false;
      await cancelWaits(session, run, now);
      return true;
    },

    async hold(run) {
      const statement = session.prepared("runs.hold", (db, name) => {
        const query = db
          .select({ id: runs.id })
          .from(runs)
          .where(eq(runs.id, sql.placeholder("run")));
        return session.dialect.locked(query).prepare(name);
      });
      await session.done(statement.execute({ run }));
    },
  };
}

const released = ({ tables }: Session) => ({
  leaseOwner: null,
  leaseUntil: null,
  segment: sql`${tables.runs.segment} + 1`,
});

const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** How a worker lets go of a run: what is set besides the lease. */
const lettingGo = {
  park: { state: "waiting", wakeAt: given("wakeAt") },
  requeue: { state: "queued", wakeAt: given("wakeAt"), retries: given("retries") },
  settle: {
    state: given("state"),
    outcomeCode: given("outcomeCode"),
    outcomeSummary: given("outcomeSummary"),
    endedAt: given("endedAt"),
    wakeAt: null,
    checkInAt: null,
  },
} as const;

/** An update that only the worker of the run can make; throws `LeaseLost` for anyone else. */
async function letGo(
  session: Session,
  lease: Lease,
  how: keyof typeof lettingGo,
  values: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const { runs } = session.tables;
  const statement = session.prepared(`runs.${how}`, (db, name) =>
    db
      .update(runs)
      .set({ leaseOwner: null, leaseUntil: null, segment: sql`${runs.segment} + 1`, ...lettingGo[how] })
      .where(
        and(
          eq(runs.id, sql.placeholder("run")),
          eq(runs.epoch, sql.placeholder("epoch")),
          eq(runs.leaseOwner, sql.placeholder("owner")),
          inState(session, "working"),
        ),
      )
      .returning({ id: runs.id })
      .prepare(name),
  );
  const changed = await statement.execute({ ...values, ...lease });
  if (changed.length === 0) throw new LeaseLost(lease);
}

function advancing(session: Session): {
  execute(values: Lease & Record<string, unknown>): Promise<{ stopRequestedBy: PersonKey | null }[]>;
} {
  const { runs } = session.tables;
  return session.prepared("runs.advance", (db, name) =>
    db
      .update(runs)
      .set({
        cursor: sql`${sql.placeholder("to")}`,
        spent: sql`${sql.placeholder("spent")}`,
        retries: 0,
        barrenClaims: 0,
      })
      .where(
        and(
          eq(runs.id, sql.placeholder("run")),
          eq(runs.epoch, sql.placeholder("epoch")),
          eq(runs.leaseOwner, sql.placeholder("owner")),
          eq(runs.cursor, sql.placeholder("from")),
          inState(session, "working"),
        ),
      )
      .returning({ stopRequestedBy: runs.stopRequestedBy })
      .prepare(name),
  );
}

function ended(state: TerminalRunState, outcome: RunOutcome, now: number) {
  return {
    state,
    outcomeCode: outcome.code,
    outcomeSummary: outcome.summary === undefined ? null : storableText(outcome.summary),
    endedAt: now,
  };
}

async function cancelWaits(session: Session, run: RunId, now: number): Promise<void> {
  await cancelApprovals(session, run, now);
  const { waits } = session.tables;
  const statement = session.prepared("waits.cancel", (db, name) =>
    db
      .update(waits)
      .set({ state: "cancelled", resolvedAt: sql`${sql.placeholder("now")}` })
      .where(and(eq(waits.run, sql.placeholder("run")), sql`${waits.state} = 'open'`))
      .prepare(name),
  );
  await session.done(statement.execute({ run, now }));
}
