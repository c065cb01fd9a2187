import { type SQL, sql } from "drizzle-orm";
import type { HeldUpRun } from "../contract-runs.ts";
import type { Session } from "../session.ts";

/** On a row of `runs`: an operator holds it up as a whole (BK1). The same as `holdsUp` in domain/brake.ts. */
export function isHeldUp(session: Session): SQL<boolean> {
  const { brakes, runs } = session.tables;
  return sql<boolean>`exists (select 1 from ${brakes} b where b.kind = 'all'
    or b.kind = 'tenant' and b.name = ${runs.tenant}
    or b.kind = 'agent' and b.name = ${runs.agent}
    or b.kind = 'person' and b.name = ${runs.subject})`;
}

/** Queued runs, with what holds them up, in whose thread it has not been said. */
export function findHeldUp(session: Session): {
  execute(values: { readonly limit: number }): Promise<HeldUpRun[]>;
} {
  const { brakes, outbox, runs } = session.tables;
  const said = sql`select 1 from ${outbox} o where o.key = 'held:' || ${runs.id} || ':' || ${brakes.id}`;
  return session.prepared("runs.held-up", (db, name) =>
    db
      .select({ run: runs.id, brake: brakes.id })
      .from(brakes)
      .innerJoin(
        runs,
        sql`${runs.state} = 'queued' and (${brakes.kind} = 'all'
          or ${brakes.kind} = 'tenant' and ${brakes.name} = ${runs.tenant}
          or ${brakes.kind} = 'agent' and ${brakes.name} = ${runs.agent}
          or ${brakes.kind} = 'person' and ${brakes.name} = ${runs.subject})`,
      )
      .where(sql`not exists (${said})`)
      .limit(sql.placeholder("limit"))
      .prepare(name),
  );
}
