// What comes next, from what is journalled, so that a resumed run goes the way it would have gone.
//
//   N1  The same journal, budget, signals and judgement give the same answer. Nothing outside is touched (P2).
//   N2  The run never ends in silence: every way out is an `End` with its words.

import { reachedLimit } from "../domain/budget.ts";
import type { ModelOutput, ToolCallRequest } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import type { Tool } from "../tools/contract.ts";
import { type Act, type End, type GatedCall, isGated, isReady, type Next, type PlannedCall } from "./act.ts";
import { contextOverflow, estimateTokens, overflowed } from "./context-size.ts";
import type { DecodedStep, ModelStep } from "./decoded-step.ts";
import { limits } from "./limits.ts";
import type { Admission } from "./pipeline.ts";
import { repeatsOf } from "./repeats.ts";
import { resultsAfter } from "./transcript.ts";
import { failureText, interruptedText, outOfBudgetText } from "./voice/apologies.ts";
import { progressLines } from "./voice/result.ts";
import type { Work } from "./work.ts";

export interface DecideDeps {
  readonly now: number;
  readonly contextTokens: number;
  readonly countTokens: CountTokens;
  /** Takes a call through the stages: as step `n`. */
  readonly judge: (request: ToolCallRequest, n: number) => Promise<Admission>;
}

export async function decide(work: Work, deps: DecideDeps): Promise<Next> {
  if (work.control.park.aborted || deps.now >= work.control.deadline) return { kind: "slice" };
  const lastModel = work.steps.findLastIndex((step) => step.kind === "model" && step.state === "done");
  const last = work.steps[lastModel];
  const answer = last?.kind === "model" ? last.output : undefined;
  if (answer) {
    const next = await afterAnswer(work, lastModel, answer, deps);
    if (next) return next;
  }
  return beforeModel(work, deps);
}

/** What the last answer of the model asks for; undefined when it is dealt with. */
async function afterAnswer(
  work: Work,
  index: number,
  answer: ModelOutput,
  deps: DecideDeps,
): Promise<Next | undefined> {
  if (answer.calls.length > 0) return pendingCalls(work, index, answer, deps);
  if (work.steps.slice(index + 1).some((step) => step.kind !== "tool")) return undefined;
  if (answer.stop === "refusal") return failure(work, "model.refusal", answer.text);
  if (answer.text.trim() === "") {
    return tail(work.steps, isEmpty) > limits.emptyAnswers ? failure(work, "model.empty") : undefined;
  }
  if (answer.stop !== "length") return settleDone(answer.text);
  if (tail(work.steps, isCut) <= limits.cutAnswers) return undefined;
  return settleDone(interruptedText(cutText(work.steps)));
}

async function pendingCalls(
  work: Work,
  index: number,
  answer: ModelOutput,
  deps: DecideDeps,
): Promise<Next | undefined> {
  const steps = resultsAfter(index, work.steps);
  const answered = steps.filter((step) => step.output && step.state !== "unknown");
  const pending = answer.calls.filter((call) => !answered.some((step) => step.callId === call.id));
  if (pending.length === 0) return undefined;
  const planned: PlannedCall[] = [];
  let fresh = work.run.cursor;
  for (const request of pending) {
    const begun = steps.find((step) => step.callId === request.id && step.state === "started");
    const n = begun?.n ?? fresh;
    const call = { n, fresh: !begun, request, admission: await deps.judge(request, n) };
    if (planned.length > 0 && !joins(call, planned)) break;
    if (repeatsOf(work.steps, call) >= limits.repeatsEnded) return failure(work, "run.looping");
    planned.push(call);
    if (!begun) fresh += 1;
  }
  const gated = planned.filter(isGated);
  if (gated.length === 0) return { kind: "tools", calls: planned.filter(isReady) };
  return gated.some(isAskedFor) ? { kind: "still-waiting" } : { kind: "gate", calls: gated };
}

/** Reads that stand together are one batch, and so are calls that lack the same thing; any other call is alone. */
function joins(call: PlannedCall, planned: readonly PlannedCall[]): boolean {
  const [first] = planned;
  if (first && isGated(first))
    return isGated(call) && areOneCard(first, call) && planned.length < limits.gatedTogether;
  return planned.length < limits.parallelReads && isRead(call) && planned.every(isRead);
}

/** Of the same account, or to be decided by the same people (APR-9). */
function areOneCard(
  { admission: { gate: one } }: GatedCall,
  { admission: { gate: other } }: GatedCall,
): boolean {
  if (one.kind === "grant" && other.kind === "grant") {
    return one.need.connection === other.need.connection && one.need.capability === other.need.capability;
  }
  if (one.kind === "grant" || other.kind === "grant") return false;
  return deciders(one) === deciders(other);
}

function deciders({
  draft,
  people = [],
}: Extract<GatedCall["admission"]["gate"], { kind: "approval" }>): string {
  return [draft?.facts.quorum, ...people.map(({ key }) => key)].join(" ");
}

/** Its card is there, and nobody has decided yet. */
function isAskedFor({ admission: { gate } }: GatedCall): boolean {
  return gate.kind === "approval" && gate.draft === undefined;
}

function isRead(call: PlannedCall): boolean {
  const { admission } = call;
  return (
    admission.kind === "refused" || (admission.kind === "admitted" && admission.call.tool.repeat === "read")
  );
}

function beforeModel(work: Work, deps: DecideDeps): Act | End {
  const { run } = work;
  if (run.finishing) {
    if (finishingSteps(work.steps) >= limits.finishingSteps) {
      return settleDone(outOfBudgetText(lastText(work.steps), progressLines(run)));
    }
  } else {
    const limit = reachedLimit(run.budget, run.spent, deps.now - run.createdAt);
    if (limit) return { kind: "budget", limit };
  }
  const full = limits.compactionShare * deps.contextTokens;
  const tokens = estimateTokens(work, deps.countTokens);
  if (!overflowed(work) && tokens <= full) return { kind: "model", n: run.cursor, fresh: true };
  if (!isCondensable(work)) return failure(work, contextOverflow);
  return { kind: "compaction", n: run.cursor, fresh: true };
}

/** Something is there besides the opening and the notes. */
function isCondensable({ steps, mail }: Work): boolean {
  return (
    mail.length > 0 ||
    steps.some((step) => step.kind !== "compaction" && !(step.kind === "model" && step.state === "failed"))
  );
}

/** The tools on offer now: all of the ceiling, or only `finish` when the budget is used up. */
export function offered(work: Work): readonly Tool[] {
  return work.run.finishing ? work.tools.filter((tool) => tool.name === "finish") : work.tools;
}

export function failure(work: Work, code: string, detail?: string): End {
  const text = failureText(code, progressLines(work.run), detail);
  return { kind: "settle", state: "failed", code, text, files: [] };
}

function settleDone(text: string): End {
  return { kind: "settle", state: "done", code: "done", text, files: [] };
}

function tail(steps: readonly DecodedStep[], matches: (step: ModelStep) => boolean): number {
  const models = steps.filter((step) => step.kind === "model").filter((step) => step.output);
  const other = models.findLastIndex((step) => !matches(step));
  return models.length - 1 - other;
}

const isEmpty = (step: ModelStep): boolean =>
  step.output?.calls.length === 0 && step.output.text.trim() === "";
const isCut = (step: ModelStep): boolean => step.output?.calls.length === 0 && step.output.stop === "length";

function cutText(steps: readonly DecodedStep[]): string {
  const models = steps.filter((step) => step.kind === "model").filter((step) => step.output);
  const other = models.findLastIndex((step) => !isCut(step));
  return models
    .slice(other + 1)
    .map((step) => step.output?.text ?? "")
    .join("");
}

function lastText(steps: readonly DecodedStep[]): string {
  const said = steps.findLast((step) => step.kind === "model" && (step.output?.text.trim() ?? "") !== "");
  return said?.kind === "model" ? (said.output?.text ?? "") : "";
}

function finishingSteps(steps: readonly DecodedStep[]): number {
  const from = steps.findLastIndex((step) => step.kind === "wait" && step.output?.answer === "finish");
  return steps.slice(from + 1).filter((step) => step.kind === "model" && step.output).length;
}
