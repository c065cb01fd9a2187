// The lines of an audit export, and how they hang together (AUD-1, AUD-4).
//
//   AL1  An event's hash is over its line without the hash, in canonical form; the line holds the hash before it. The first of a
//        tenant holds 64 zeros.
//   AL2  A line holds what is there: absent members are left out.
//   AL3  Texts in `data` are short: longer ones are cut, so that no event grows by what somebody wrote.
//   AL4  What an event says is canonical before its place is known; with the previous hash and the sequence put in, so is the line.
//   AL5  An exported line that is spelt as it was hashed is hashed as it stands; any other is brought into that form first. Both
//        give the same hash.

import { hash } from "node:crypto";
import { z } from "zod";
import type { AuditData, AuditEventType, NewAuditEvent } from "./audit-event.ts";
import { canonicalJson, isCanonicalBefore } from "./canonical-json.ts";

export const auditHashPrefix = "deputy-audit-v1\n";
export const noHash = "0".repeat(64);

/** What is kept sealed beside an event, and named in it by digest (AUD-3). */
export const payloadParts = ["arguments", "result"] as const;
export type PayloadPart = (typeof payloadParts)[number];

const longestText = 500;

const Seq = z.int().min(1);

/** Of an event only what the chain rests on; all of it counts for the hash. */
export interface EventLine {
  readonly kind: "event";
  readonly v: 1;
  readonly tenant: string;
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** By hand: a hundred thousand of them are looked at in one go. */
export function isEventLine(value: unknown): value is EventLine {
  if (typeof value !== "object" || value === null) return false;
  const line: Partial<Record<keyof EventLine, unknown>> = value;
  const { kind, v, seq } = line;
  return kind === "event" && v === 1 && Number.isSafeInteger(seq) && Number(seq) >= 1 && hasTexts(line);
}

const texts = ["tenant", "time", "type", "prev_hash", "hash"] as const;

function hasTexts(line: Partial<Record<keyof EventLine, unknown>>): boolean {
  return texts.every((name) => typeof line[name] === "string");
}

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

/** An event's line but for its place: what stands before, between and after the previous hash and the sequence. */
export interface OpenLine {
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** AL4. */
export function openLine(event: NewAuditEvent): OpenLine {
  const [before, between, after] = [beforePlace(event), betweenPlace(event), afterPlace(event)].map(
    canonicalOf,
  );
  return {
    before: `{${before},"prev_hash":"`,
    between: between === "" ? '","seq":' : `",${between},"seq":`,
    after: `,${after}}`,
  };
}

export function placedLine({ before, between, after }: OpenLine, seq: number, prevHash: string): ChainedLine {
  const line = `${before}${prevHash}${between}${seq}${after}`;
  return { line, hash: hashOfLine(line) };
}

/** `line` is canonical and has no hash in it. */
export function hashOfLine(line: string): string {
  return hash("sha256", auditHashPrefix + line);
}

/** What the hash of an exported event has to be. `line` is where `event` was read from. */
export function hashOfEvent(line: string, event: EventLine): string {
  if (isCanonicalBefore("hash", line, event)) {
    return hashOfLine(`${line.slice(0, -`,"hash":"${event.hash}"}`.length)}}`); // AL5
  }
  const { hash: _said, ...rest } = event;
  return hashOfLine(canonicalJson(rest));
}

/** The line as it is exported: with its hash. */
export function exportedLine({ line, hash }: ChainedLine): string {
  return `${line.slice(0, -1)},"hash":"${hash}"}`;
}

/** Of a canonical object what stands between its braces; absent members are left out (AL2). */
function canonicalOf(members: Record<string, unknown>): string {
  const present: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) present[name] = members[name];
  return canonicalJson(present).slice(1, -1);
}

// In the order of their names, which is the order of the line: `prev_hash` comes after the first of these, `seq` after the second.

function beforePlace(event: NewAuditEvent): Record<string, unknown> {
  return {
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
  };
}

function betweenPlace(event: NewAuditEvent): Record<string, unknown> {
  return {
    requester: event.requester,
    result_digest: event.resultDigest,
    rules: event.rules,
    run: event.run,
  };
}

function afterPlace(event: NewAuditEvent): Record<string, unknown> {
  return {
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
