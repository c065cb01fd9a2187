// Approvals and who has voted on them (SP1).

import { and, asc, count, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { type Approval, ApprovalFacts, approvalTransitions, Standing, Vote } from "../../domain/approval.ts";
import type { RunId } from "../../domain/ids.ts";
import type { ApprovalRepository } from "../contract-approvals.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

const Votes = z.array(Vote);

export function approvalRepository(session: Session): ApprovalRepository {
  return { ...single(session), ...lists(session) };
}

function single(session: Session): Pick<ApprovalRepository, "ask" | "find" | "change"> {
  const { approvals } = session.tables;
  return {
    async ask(approval) {
      await session.done(session.db.insert(approvals).values(toRow(approval)));
    },

    async find(id) {
      const [row] = await session.db.select().from(approvals).where(eq(approvals.id, id));
      return row && toApproval(row);
    },

    async change({ id, state, seal }, after) {
      if (after.state !== state && !approvalTransitions[state].includes(after.state)) {
        throw new Error(`An approval can't go from ${state} to ${after.state} (AP1): ${id}`);
      }
      const { id: _same, ...values } = toRow(after);
      const asSeen = and(eq(approvals.id, id), eq(approvals.state, state), eq(approvals.seal, seal));
      const changed = await session.db
        .update(approvals)
        .set(values)
        .where(asSeen)
        .returning({ id: approvals.id });
      return changed.length > 0;
    },
  };
}

function lists(session: Session): Omit<ApprovalRepository, "ask" | "find" | "change"> {
  const { approvals } = session.tables;
  return {
    async forRun(run) {
      const statement = session.prepared("approvals.of-run", (db, name) =>
        db
          .select()
          .from(approvals)
          .where(eq(approvals.run, sql.placeholder("run")))
          .orderBy(asc(approvals.createdAt), asc(approvals.id))
          .prepare(name),
      );
      const rows = await statement.execute({ run });
      return rows.map(toApproval);
    },

    async count(run) {
      const [row] = await session.db.select({ rows: count() }).from(approvals).where(eq(approvals.run, run));
      return row?.rows ?? 0;
    },

    async ofWait(wait) {
      const rows = await session.db
        .select()
        .from(approvals)
        .where(eq(approvals.wait, wait))
        .orderBy(asc(approvals.step), asc(approvals.createdAt), asc(approvals.id));
      return rows.map(toApproval);
    },

    async pending(limit) {
      const rows = await session.db
        .select()
        .from(approvals)
        .where(sql`${approvals.state} = 'pending'`)
        .orderBy(asc(approvals.createdAt), asc(approvals.id))
        .limit(limit);
      return session.readable(rows, toApproval);
    },

    async list(limit) {
      const rows = await session.db
        .select()
        .from(approvals)
        .orderBy(desc(approvals.createdAt), desc(approvals.id))
        .limit(limit);
      return session.readable(rows, toApproval);
    },
  };
}

/** With the run that they are of, whatever its end: nothing of it may be approved or done any more. */
export async function cancelApprovals(session: Session, run: RunId, now: number): Promise<void> {
  const { approvals } = session.tables;
  const statement = session.prepared("approvals.cancel", (db, name) =>
    db
      .update(approvals)
      .set({ state: "cancelled", decidedAt: sql`${sql.placeholder("now")}` })
      .where(
        and(eq(approvals.run, sql.placeholder("run")), sql`${approvals.state} in ('pending', 'approved')`),
      )
      .prepare(name),
  );
  await session.done(statement.execute({ run, now }));
}

function toRow(approval: Approval): Tables["approvals"]["$inferInsert"] {
  const { facts, votes, standing, ...rest } = approval;
  return {
    ...rest,
    facts: JSON.stringify(facts),
    votes: JSON.stringify(votes),
    standing: standing === undefined ? null : JSON.stringify(standing),
  };
}

function toApproval(row: Tables["approvals"]["$inferSelect"]): Approval {
  const place = { table: "approvals", key: row.id, since: row.createdAt };
  return withoutNulls({
    ...row,
    facts: readJson(ApprovalFacts, row.facts, place),
    votes: readJson(Votes, row.votes, place),
    standing: row.standing === null ? null : readJson(Standing, row.standing, place),
  });
}
