// Looks for what may be due, of several kinds in one statement (DU1): each is a probe of the index that the scan of that kind reads.

import { type SQL, sql } from "drizzle-orm";
import { terminalRunStates } from "../../domain/run.ts";
import type { DueKind, DueRepository } from "../contract-due.ts";
import type { Session } from "../session.ts";

export function dueRepository(session: Session): DueRepository {
  return {
    async among(kinds, now) {
      if (kinds.length === 0) return new Set();
      const shape = kinds.map((kind) => kind.slice(0, 4)); // a name has 63 characters in Postgres
      const statement = session.prepared(`due ${shape.join(" ")}`, (db, name) =>
        db
          .select(Object.fromEntries(kinds.map((kind) => [kind, isAny(session, kind)])))
          .from(sql`(select 1) as looked`)
          .prepare(name),
      );
      const [found] = await statement.execute({ now });
      return new Set(kinds.filter((kind) => found?.[kind] === true));
    },
  };
}

function isAny(session: Session, kind: DueKind): SQL<boolean> {
  const rows = rowsOf(session)[kind];
  return sql<boolean>`${sql.join(
    rows.map((some) => sql`exists (select 1 from ${some})`),
    sql` or `,
  )}`.mapWith(Boolean);
}

/** Where there is a row of one of these there may be something to do. */
function rowsOf(session: Session): Record<DueKind, readonly SQL[]> {
  const { runs, waits, auditHeads, auditCheckpoints, brakes, troubles } = session.tables;
  const { consents, connections, outbox } = session.tables;
  const now = sql.placeholder("now");
  const over = session.dialect.among(runs.state, terminalRunStates);
  return {
    wake: [
      sql`${runs} where ${runs.state} = 'waiting' and ${runs.wakeAt} is not null and ${runs.wakeAt} <= ${now}`,
    ],
    expire: [
      sql`${waits} where ${waits.state} = 'open' and ${waits.dueAt} is not null and ${waits.dueAt} <= ${now}`,
    ],
    nudge: [
      sql`${waits} where ${waits.state} = 'open' and ${waits.nudgeAt} is not null and ${waits.nudgeAt} <= ${now}`,
    ],
    work: [sql`${runs} where ${runs.state} in ('queued', 'working')`],
    checkpoint: [
      sql`${auditHeads} where ${auditHeads.seq} > 0 and not exists (select 1 from ${auditCheckpoints}
        where ${auditCheckpoints.tenant} = ${auditHeads.tenant} and ${auditCheckpoints.seq} >= ${auditHeads.seq})`,
      sql`${auditCheckpoints} where not ${auditCheckpoints.anchored}`,
    ],
    brake: [sql`${brakes}`],
    trouble: [
      sql`${troubles}`,
      sql`${runs} where ${runs.state} in ('queued', 'working') and ${runs.retries} > 0`,
    ],
    consent: [sql`${consents} where ${consents.endedAt} is null and ${consents.expiresAt} <= ${now}`],
    outlived: [
      sql`${connections} inner join ${runs} on ${runs.id} = ${connections.run}
        where ${connections.run} is not null and ${connections.state} <> 'revoked' and ${over}`,
    ],
    undestroyed: [
      sql`${connections} where ${connections.state} = 'revoked' and ${connections.access} is not null
        and ${connections.retryAt} <= ${now}`,
    ],
    say: [sql`${outbox} where ${outbox.state} in ('due', 'sending')`],
  };
}
