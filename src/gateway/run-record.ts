// What is on record of a run's steps: by which rules each was let in, and where in the audit log it all stands.

import { z } from "zod";
import { parseJson } from "../base/json.ts";
import type { Run } from "../domain/run.ts";
import type { Tx } from "../store/contract.ts";

const RecordedEvent = z.looseObject({
  type: z.string(),
  actor: z.string(),
  step: z.number().optional(),
  decision: z.string().optional(),
  rules: z.array(z.string()).optional(),
});

export interface RecordedStep {
  readonly decision: string;
  readonly rules: readonly string[];
}

/** Where to look in `deputy audit export`. */
export interface RecordSpan {
  readonly tenant: string;
  readonly first: number;
  readonly last: number;
  readonly events: number;
  /** Of the last one. */
  readonly hash: string;
}

export interface RunRecord {
  readonly steps: ReadonlyMap<number, RecordedStep>;
  readonly span?: RecordSpan | undefined;
  /** Who ended it before its end: a person's key, or who is no person. */
  readonly stoppedBy?: string | undefined;
}

export async function recordOf(tx: Pick<Tx, "audit">, run: Pick<Run, "id">): Promise<RunRecord> {
  const rows = await tx.audit.ofRun(run.id);
  const steps = new Map<number, RecordedStep>();
  let stoppedBy: string | undefined;
  for (const { line } of rows) {
    const event = RecordedEvent.safeParse(parseJson(line)?.value).data;
    if (event?.type === "run.stopped") stoppedBy = event.actor;
    if (event?.step === undefined || event.decision === undefined) continue;
    steps.set(event.step, { decision: event.decision, rules: event.rules ?? [] });
  }
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return { steps };
  const { tenant, seq, hash } = last;
  return { steps, stoppedBy, span: { tenant, first: first.seq, last: seq, events: rows.length, hash } };
}
