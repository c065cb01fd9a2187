// What approvals put on record: asked, tried, decided, used. Ids and digests, no words (AE1).

import type { Approval } from "../domain/approval.ts";
import type { AuditData, AuditEventType, NewAuditEvent } from "../domain/audit-event.ts";
import { createHash } from "node:crypto";

type ApprovalEvent = Extract<AuditEventType, `approval.${string}`>;

export interface Told {
  readonly time: number;
  /** Who acted; the agent where it is absent. */
  readonly actor?: string;
  readonly data?: AuditData;
}

export function approvalEvent(type: ApprovalEvent, approval: Approval, told: Told): NewAuditEvent {
  const { id, tenant, run, step, tool, digest, facts, arguments: text } = approval;
  const { time, actor = `agent:${facts.agent}`, data } = told;
  return {
    tenant,
    type,
    time,
    actor,
    ...(facts.mode === "assistant" ? { subject: facts.subject } : {}),
    requester: facts.subject,
    run,
    step,
    tool,
    ...(facts.pin === undefined ? {} : { pin: facts.pin }),
    ...(facts.connection === undefined ? {} : { connection: facts.connection }),
    rules: facts.rules,
    approval: id,
    digest,
    argumentsDigest: createHash("sha256").update(text).digest("hex"),
    ...(facts.taint.length > 0 ? { taint: facts.taint } : {}),
    ...(data ? { data } : {}),
  };
}
