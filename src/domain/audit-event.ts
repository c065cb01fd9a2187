// What happened, as it can be proven later (I12, AUD-1): one event a line, chained by hashes per tenant.
//
//   AE1  An event holds ids, names, counts and digests. What people wrote, what tools got and returned, and secrets are never
//        in it: those are payloads beside it, named by digest (AUD-3).

import type { PersonKey, RunId, TenantId } from "./ids.ts";

export const auditEventTypes = [
  "ingress.accepted",
  "ingress.rejected",
  "run.started",
  "run.waiting",
  "run.resumed",
  "run.done",
  "run.failed",
  "run.stopped",
  "run.expired",
  "policy.decided",
  "approval.asked",
  "approval.attempted",
  "approval.approved",
  "approval.denied",
  "approval.expired",
  "approval.executed",
  "consent.opened",
  "consent.mismatch",
  "consent.connected",
  "consent.declined",
  "consent.expired",
  "consent.blocked",
  "token.refreshed",
  "token.revoked",
  "token.failed",
  "tool.started",
  "tool.done",
  "tool.failed",
  "tool.unknown",
  "egress.denied",
  "output.blocked",
  "mcp.quarantined",
  "mcp.approved",
  "key.rotated",
  "config.changed",
  "brake.pulled",
  "brake.released",
  "audit.verified",
  "audit.erased",
  "workspace.expired",
  "file.given",
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];

export type AuditData = Readonly<
  Record<string, string | number | boolean | readonly string[] | readonly number[]>
>;

/** An event before its place in the chain is known. `time` is in clock milliseconds. */
export interface NewAuditEvent {
  readonly tenant: TenantId;
  readonly type: AuditEventType;
  readonly time: number;
  /** Who acted: `agent:<name>`, a person key, `system`, or `cli:<os user>`. */
  readonly actor: string;
  /** For whom: in assistant mode the one person whose rights are used. */
  readonly subject?: PersonKey;
  /** Who asked for the work. */
  readonly requester?: PersonKey;
  readonly run?: RunId;
  readonly step?: number;
  readonly tool?: string;
  /** Hash of the tool's definition, where it comes from a server. */
  readonly pin?: string;
  readonly connection?: string;
  readonly decision?: string;
  readonly rules?: readonly string[];
  readonly approval?: string;
  readonly digest?: string;
  readonly argumentsDigest?: string;
  readonly resultDigest?: string;
  /** Marks as `external:<source>` and `private:<owner>`. */
  readonly taint?: readonly string[];
  readonly manifest?: string;
  readonly trace?: string;
  /** Small, and no secrets (AE1). */
  readonly data?: AuditData;
}
