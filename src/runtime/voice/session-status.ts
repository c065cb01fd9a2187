// The platform's own mark of a conversation at work; never left behind at `processing` (ux d.15).

import type { Ids } from "../../base/ids.ts";
import type { OutboxOp, Utterance } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";

type StatusOp = Extract<OutboxOp, { op: "status" }>;
export type SessionStatus = StatusOp["status"];

/** The strictest platform's limit. */
const longestTitle = 200;

export function sessionStatus(run: Run, status: SessionStatus, ids: Ids): Utterance {
  return {
    key: `status:${ids.next("rev")}`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: statusOp(run, status),
  };
}

export function statusOp(run: Run, status: SessionStatus): StatusOp {
  const title = (run.plan?.title ?? run.title).slice(0, longestTitle).toWellFormed();
  return { op: "status", status, title, by: run.subject };
}
