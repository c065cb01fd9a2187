// Where an utterance stands among the others of its conversation (OB1 and OB2 of outbox.ts).

import { type SQL, sql } from "drizzle-orm";
import type { PersonKey } from "../../domain/ids.ts";
import type { OutboxOp } from "../../domain/outbox.ts";
import type { Session } from "../session.ts";

/** OB1 and OB2 as a condition on a row of `outbox`. */
export function nothingBefore(session: Session): SQL {
  const { outbox } = session.tables;
  const unsent = sql.raw("e.state in ('due', 'sending')");
  return sql`not exists (select 1 from ${outbox} e where e.conversation = ${outbox.conversation}
      and e.lane = ${outbox.lane} and e.seq < ${outbox.seq} and ${unsent})
    and not exists (select 1 from ${outbox} e where e.key = ${outbox.after} and ${unsent})`;
}

export interface OutboxPlace {
  readonly op: string;
  readonly opKind: OutboxOp["op"];
  readonly lane: string;
  readonly after: string | null;
}

export const lanes = {
  edit: (target: string): string => `edit ${target}`,
  whisper: (to: PersonKey): string => `whisper ${to}`,
  react: (messageId: string): string => `react ${messageId}`,
};

export function placeOf(op: OutboxOp): OutboxPlace {
  const place = { op: JSON.stringify(op), opKind: op.op, after: null };
  switch (op.op) {
    case "post":
    case "status":
      return { ...place, lane: op.op };
    case "edit":
      return { ...place, lane: lanes.edit(op.target), after: op.target };
    case "whisper":
      return { ...place, lane: lanes.whisper(op.to) };
    case "react":
      return { ...place, lane: lanes.react(op.messageId) };
    default:
      return op satisfies never;
  }
}
