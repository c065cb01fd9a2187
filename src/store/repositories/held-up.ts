import { type SQL, sql } from "drizzle-orm";
import type { Session } from "../session.ts";

/** On a row of `runs`: an operator holds it up as a whole (BK1). The same as `holdsUp` in domain/brake.ts. */
export function isHeldUp(session: Session): SQL<boolean> {
  const { brakes, runs } = session.tables;
  return sql<boolean>`exists (select 1 from ${brakes} b where b.kind = 'all'
    or b.kind = 'tenant' and b.name = ${runs.tenant}
    or b.kind = 'agent' and b.name = ${runs.agent}
    or b.kind = 'person' and b.name = ${runs.subject})`;
}
