// The journal of a run: intent before act, result once (I4).

import { and, asc, eq, gte, sql } from "drizzle-orm";
import type { RunId } from "../../domain/ids.ts";
import type { Step } from "../../domain/step.ts";
import type { StepRepository, StepResult } from "../contract.ts";
import type { Tables } from "../dialect.ts";
import { StepAlreadySettled } from "../errors.ts";
import { withoutNulls } from "../rows.ts";
import type { Session } from "../session.ts";

export function stepRepository(session: Session): StepRepository {
  const { steps } = session.tables;
  return {
    async start(lease, intent, now) {
      await session.done(
        insertion(session).execute({
          run: lease.run,
          n: intent.n,
          kind: intent.kind,
          tool: intent.tool ?? null,
          callId: intent.callId ?? null,
          arguments: intent.arguments ?? null,
          epoch: lease.epoch,
          startedAt: now,
          identity: intent.identity ?? null,
          gated: intent.gated ?? false,
        }),
      );
    },

    ...gates(session),

    async finish(run, result, now) {
      const finished = await finishing(session).execute(resultValues(run, result, now));
      if (finished.length === 0) throw new StepAlreadySettled(run, result.n);
    },

    async decide(run, result, now) {
      const decided = await session.db
        .update(steps)
        .set({ state: result.state, result: result.result, manifest: result.manifest ?? null, endedAt: now })
        .where(and(eq(steps.run, run), eq(steps.n, result.n), sql`${steps.state} = 'unknown'`))
        .returning({ n: steps.n });
      return decided.length > 0;
    },

    async list(run, from) {
      const rows = await listing(session).execute({ run, from });
      return rows.map(toStep);
    },

    async find(run, n) {
      const [row] = await session.db
        .select()
        .from(steps)
        .where(and(eq(steps.run, run), eq(steps.n, n)));
      return row && toStep(row);
    },
  };
}

interface Changing {
  execute(values: Record<string, unknown>): Promise<{ n: number }[]>;
}

function insertion(session: Session): { execute(values: Record<string, unknown>): Promise<unknown> } {
  const { steps } = session.tables;
  return session.prepared("steps.start", (db, name) =>
    db
      .insert(steps)
      .values({
        run: sql.placeholder("run"),
        n: sql.placeholder("n"),
        kind: sql.placeholder("kind"),
        state: "started",
        tool: sql.placeholder("tool"),
        callId: sql.placeholder("callId"),
        arguments: sql.placeholder("arguments"),
        epoch: sql.placeholder("epoch"),
        startedAt: sql.placeholder("startedAt"),
        identity: sql.placeholder("identity"),
        gated: sql.placeholder("gated"),
      })
      .prepare(name),
  );
}

function finishing(session: Session): Changing {
  const { steps } = session.tables;
  return session.prepared("steps.finish", (db, name) =>
    db
      .update(steps)
      .set({
        state: sql`${sql.placeholder("state")}`,
        result: sql`${sql.placeholder("result")}`,
        manifest: sql`${sql.placeholder("manifest")}`,
        endedAt: sql`${sql.placeholder("endedAt")}`,
      })
      .where(
        and(
          eq(steps.run, sql.placeholder("run")),
          eq(steps.n, sql.placeholder("n")),
          sql`${steps.state} = 'started'`,
        ),
      )
      .returning({ n: steps.n })
      .prepare(name),
  );
}

function toStep({ gated, ...row }: Tables["steps"]["$inferSelect"]): Step {
  return { ...withoutNulls(row), ...(gated ? { gated } : {}) };
}

function listing(session: Session): {
  execute(values: { run: RunId; from: number }): Promise<Tables["steps"]["$inferSelect"][]>;
} {
  const { steps } = session.tables;
  return session.prepared("steps.list", (db, name) =>
    db
      .select()
      .from(steps)
      .where(and(eq(steps.run, sql.placeholder("run")), gte(steps.n, sql.placeholder("from"))))
      .orderBy(asc(steps.n))
      .prepare(name),
  );
}

function resultValues(run: RunId, result: StepResult, now: number): Record<string, unknown> {
  return {
    run,
    n: result.n,
    state: result.state,
    result: result.result,
    manifest: result.manifest ?? null,
    endedAt: now,
  };
}

/** Steps that wait for what they lack (P3, P4). */
function gates(session: Session): Pick<StepRepository, "begin" | "back"> {
  const { steps } = session.tables;
  return {
    async begin(run, { n, ...how }, now) {
      const begun = await session.db
        .update(steps)
        .set({ ...how, gated: false, startedAt: now })
        .where(
          and(eq(steps.run, run), eq(steps.n, n), sql`${steps.state} = 'started'`, eq(steps.gated, true)),
        )
        .returning({ n: steps.n });
      if (begun.length === 0) throw new StepAlreadySettled(run, n);
    },

    async back(run, n) {
      const gated = await session.db
        .update(steps)
        .set({ gated: true })
        .where(and(eq(steps.run, run), eq(steps.n, n), sql`${steps.state} = 'started'`))
        .returning({ n: steps.n });
      if (gated.length === 0) throw new StepAlreadySettled(run, n);
    },
  };
}
