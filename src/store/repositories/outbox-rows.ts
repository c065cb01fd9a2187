// An entry of the outbox as stored and as the domain sees it.

import { type OutboxEntry, OutboxOp } from "../../domain/outbox.ts";
import type { Tables } from "../dialect.ts";
import { readJson, withoutNulls } from "../rows.ts";

type Row = Tables["outbox"]["$inferSelect"];

export function toEntry(row: Row): OutboxEntry {
  const { key, tenant, conversation, run, seq, state, attempts, dueAt, providerId, createdAt } = row;
  const op = readJson(OutboxOp, row.op, { table: "outbox", key });
  return withoutNulls({
    key,
    tenant,
    conversation,
    run,
    seq,
    op,
    state,
    attempts,
    dueAt,
    providerId,
    createdAt,
  });
}
