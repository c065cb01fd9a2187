// The lines of an audit export, and how they hang together (AUD-1, AUD-4).
//
//   AL1  An event's hash is over its line without the hash, in canonical form; the line holds the hash before it. The first of a
//        tenant holds 64 zeros.
//   AL2  A line holds what is there: absent members are left out.
//   AL3  Texts in `data` are short: longer ones are cut, so that no event grows by what somebody wrote.

import { createHash } from "node:crypto";
import { z } from "zod";
import type { AuditData, AuditEventType, NewAuditEvent } from "./audit-event.ts";
import { canonicalJson } from "./canonical-json.ts";

export const auditHashPrefix = "deputy-audit-v1\n";
export const noHash = "0".repeat(64);

/** What is kept sealed beside an event, and named in it by digest (AUD-3). */
export const payloadParts = ["arguments", "result"] as const;
export type PayloadPart = (typeof payloadParts)[number];

const longestText = 500;

const Seq = z.int().min(1);

/** Of an event only what the chain rests on; all of it counts for the hash. */
export const EventLine = z.looseObject({
  kind: z.literal("event"),
  v: z.literal(1),
  tenant: z.string(),
  seq: Seq,
  time: z.string(),
  type: z.string(),
  prev_hash: z.string(),
  hash: z.string(),
});
export type EventLine = z.infer<typeof EventLine>;

export const CheckpointLine = z.strictObject({
  kind: z.literal("checkpoint"),
  tenant: z.string(),
  seq: Seq,
  head: z.string(),
  time: z.string(),
  key: z.string(),
  signature: z.string(),
});
export type CheckpointLine = z.infer<typeof CheckpointLine>;

export const KeyLine = z.strictObject({
  kind: z.literal("key"),
  id: z.string(),
  public_key: z.string(),
  signed_by: z.string().optional(),
  signature: z.string().optional(),
});
export type KeyLine = z.infer<typeof KeyLine>;

export interface ChainedLine {
  /** Without the hash (AL1). */
  readonly line: string;
  readonly hash: string;
}

export function chainedLine(event: NewAuditEvent, seq: number, prevHash: string): ChainedLine {
  const line = canonicalJson(members(event, seq, prevHash));
  return { line, hash: hashOfLine(line) };
}

/** `line` is canonical and has no hash in it. */
export function hashOfLine(line: string): string {
  return createHash("sha256").update(auditHashPrefix).update(line).digest("hex");
}

/** The line as it is exported: with its hash. */
export function exportedLine({ line, hash }: ChainedLine): string {
  return `${line.slice(0, -1)},"hash":"${hash}"}`;
}

/** In the order of their names, which is the order of the line. */
function members(event: NewAuditEvent, seq: number, prevHash: string): Record<string, unknown> {
  const all: Record<string, unknown> = {
    actor: event.actor,
    approval: event.approval,
    arguments_digest: event.argumentsDigest,
    connection: event.connection,
    data: event.data && shortened(event.data),
    decision: event.decision,
    digest: event.digest,
    kind: "event",
    manifest: event.manifest,
    pin: event.pin,
    prev_hash: prevHash,
    requester: event.requester,
    result_digest: event.resultDigest,
    rules: event.rules,
    run: event.run,
    seq,
    step: event.step,
    subject: event.subject,
    taint: event.taint,
    tenant: event.tenant,
    time: new Date(event.time).toISOString(),
    tool: event.tool,
    trace: event.trace,
    type: event.type,
    v: 1,
  };
  const present: Record<string, unknown> = {};
  for (const name in all) if (all[name] !== undefined) present[name] = all[name]; // AL2
  return present;
}

function shortened(data: AuditData): AuditData {
  const cut = (value: AuditData[string]): AuditData[string] =>
    typeof value === "string" ? value.slice(0, longestText) : value;
  const names = Object.keys(data).toSorted();
  return Object.fromEntries(
    names.flatMap((name) => (data[name] === undefined ? [] : [[name, cut(data[name])]])),
  );
}

/** What is known of a stored event without reading its line. */
export interface AuditRow extends ChainedLine {
  readonly tenant: string;
  readonly seq: number;
  readonly type: AuditEventType;
}
