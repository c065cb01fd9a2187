// What a run does, for the record (I12): made from the change that is committed, in its transaction.
//
//   RC1  A call that may write is on record before it is performed (AUD-2). One that only reads, or changes only what is ours,
//        has one event, with its result.
//   RC2  An event names arguments and results by digest; they are kept sealed beside it (AUD-3).
//   RC3  What the model made up is no name here: a tool that does not exist has none (AE1).

import { payloadDigest, sealPayload } from "../audit/payloads.ts";
import { parseJson } from "../base/json.ts";
import type { AuditData, AuditEventType, NewAuditEvent } from "../domain/audit-event.ts";
import type { PayloadPart } from "../domain/audit-line.ts";
import type { Run } from "../domain/run.ts";
import type { EffectClass } from "../domain/step.ts";
import { taintWords } from "../domain/taint.ts";
import { traceIdOf } from "../domain/trace.ts";
import type { AuditPayload } from "../store/contract-audit.ts";
import type { Act, GatedCall, PlannedCall } from "./act.ts";
import type { ToolStep } from "./decoded-step.ts";
import type { World } from "./deps.ts";
import type { Change } from "./journal.ts";
import type { Admission } from "./pipeline.ts";
import type { Work } from "./work.ts";

export interface Recorded {
  readonly events: readonly NewAuditEvent[];
  readonly payloads: readonly AuditPayload[];
}

const harmless = new Set<EffectClass>(["read", "own-state", "chat"]);

/** Who, for whom, which run: what every event of a run says. */
export function runEvent(run: Run, type: AuditEventType, time: number, data?: AuditData): NewAuditEvent {
  return {
    tenant: run.tenant,
    type,
    time,
    actor: `agent:${run.agent}`,
    ...(run.mode === "assistant" ? { subject: run.subject } : {}),
    requester: run.subject,
    run: run.id,
    trace: traceIdOf(run.id),
    ...(data === undefined ? {} : { data }),
  };
}

/** RC1: of the calls that are begun. */
export function begunRecord(work: Work, act: Act, world: World): Recorded {
  if (act.kind !== "tools") return nothingRecorded;
  const acting = act.calls.filter(({ admission }) => mayWrite(admission));
  const denied = act.calls.filter(
    ({ admission: { policy } }) => policy !== undefined && policy.decision === "deny",
  );
  return {
    events: [
      ...denied.map((call) => callEvent(work, call, "policy.decided", world)),
      ...acting.map((call) => callEvent(work, call, "tool.started", world)),
    ],
    payloads: [...denied, ...acting].flatMap((call) =>
      kept(work, { step: call.n, part: "arguments", payload: argumentsOf(call) }, world),
    ),
  };
}

/** Of calls that wait for a person's word. */
export function gatedEvents(work: Work, calls: readonly GatedCall[], world: World): readonly NewAuditEvent[] {
  return calls
    .filter(({ admission }) => admission.policy.decision === "ask")
    .map((call) => callEvent(work, call, "policy.decided", world));
}

/** Of the steps that have their result, and of where the run goes. */
export function changeRecord(
  work: Work,
  change: Omit<Change, "events" | "payloads">,
  world: World,
): Recorded {
  const steps = change.steps.filter(
    (step): step is ToolStep =>
      step.kind === "tool" && step.state !== "started" && !change.untouched?.includes(step.n),
  );
  const manifest = change.manifest?.row.digest;
  return {
    events: [
      ...steps.map((step) => ({
        ...stepEvent(work, step, world),
        ...(manifest === undefined ? {} : { manifest }),
      })),
      ...transition(work, change, world.clock.now()),
    ],
    payloads: steps.flatMap((step) => [
      ...(work.judged.has(step.n) && !mayWrite(work.judged.get(step.n))
        ? kept(work, { step: step.n, part: "arguments", payload: parsed(step.arguments) }, world)
        : []),
      ...kept(work, { step: step.n, part: "result", payload: step.output ?? null }, world),
    ]),
  };
}

export const nothingRecorded: Recorded = { events: [], payloads: [] };

export function stepEvent(work: Work, step: ToolStep, world: World): NewAuditEvent {
  const { run } = work;
  const type =
    step.state === "unknown" ? "tool.unknown" : step.state === "done" ? "tool.done" : "tool.failed";
  return {
    ...runEvent(run, type, world.clock.now()),
    ...factsOf(work, step.n, step.tool, work.judged.get(step.n)),
    argumentsDigest: payloadDigest(parsed(step.arguments)),
    resultDigest: payloadDigest(step.output ?? null),
  };
}

function callEvent(work: Work, call: PlannedCall, type: AuditEventType, world: World): NewAuditEvent {
  return {
    ...runEvent(work.run, type, world.clock.now()),
    ...factsOf(work, call.n, call.request.name, call.admission),
    argumentsDigest: payloadDigest(argumentsOf(call)),
  };
}

type Facts = Partial<NewAuditEvent>;

function factsOf(work: Work, step: number, name: string, admission: Admission | undefined): Facts {
  const known = work.tools.some((tool) => tool.name === name);
  const taint = taintWords(work.run.taint);
  return {
    step,
    ...(known ? { tool: name } : {}),
    ...(taint.length > 0 ? { taint } : {}),
    ...(admission ? judgedFacts(admission) : {}),
  };
}

function judgedFacts(admission: Admission): Facts {
  const { policy } = admission;
  const rights = admission.kind === "admitted" ? admission.rights : undefined;
  return {
    ...(policy ? { decision: policy.decision, rules: policy.rules } : {}),
    ...(rights?.connection === undefined ? {} : { connection: rights.connection }),
    ...(admission.kind === "refused" ? {} : pinOf(admission)),
    ...(policy || rights
      ? {
          data: {
            ...(policy ? { policy: policy.version } : {}),
            ...(rights ? { identity: rights.identity } : {}),
          },
        }
      : {}),
  };
}

function pinOf({ call: { tool } }: Exclude<Admission, { kind: "refused" }>): Facts {
  return "pin" in tool && typeof tool.pin === "string" ? { pin: tool.pin } : {};
}

function transition(
  { run }: Work,
  { after, spent }: Pick<Change, "after" | "spent">,
  now: number,
): NewAuditEvent[] {
  if (after.kind === "settle") {
    const data = { code: after.outcome.code, steps: spent.steps, usd_micros: spent.usdMicros };
    return [runEvent(run, `run.${after.state}`, now, data)];
  }
  if (after.kind !== "park" || !after.wait) return [];
  const { id, step, ask } = after.wait;
  return [{ ...runEvent(run, "run.waiting", now, { wait: id, for: ask.kind }), step }];
}

function mayWrite(admission: Admission | undefined): boolean {
  return admission?.kind === "admitted" && !harmless.has(admission.call.tool.effect);
}

function argumentsOf({ request, admission }: PlannedCall): unknown {
  return admission.kind === "refused" ? parsed(request.arguments) : admission.call.input;
}

function parsed(text: string): unknown {
  const json = parseJson(text);
  return json ? json.value : text;
}

interface Payload {
  readonly step: number;
  readonly part: PayloadPart;
  readonly payload: unknown;
}

function kept({ run }: Work, { step, part, payload }: Payload, { auditSeal }: World): AuditPayload[] {
  if (!auditSeal) return [];
  return [
    sealPayload(auditSeal, { tenant: run.tenant, run: run.id, step, part, person: run.subject }, payload),
  ];
}
