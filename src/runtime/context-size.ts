// How full the context is, in tokens: an estimate, corrected by what the model service reports.

import type { Mail } from "../domain/mailbox.ts";
import type { ModelOutput } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import type { DecodedStep } from "./decoded-step.ts";
import { limits } from "./limits.ts";
import { mailText } from "./transcript.ts";
import { opening, type Work } from "./work.ts";

const perMessage = 8;
const counted = new WeakMap<object, number>();

export function estimateTokens(work: Work, count: CountTokens): number {
  return Math.ceil(estimated(work, work.steps, work.mail, count) * tokenRatio(work, count));
}

function estimated(
  work: Work,
  steps: readonly DecodedStep[],
  mail: readonly Mail[],
  count: CountTokens,
): number {
  const said = mail.reduce((sum, item) => sum + tokensOf(item, mailText, count), 0);
  return work.baseTokens + openingTokens(work, count) + sumOf(steps, count) + said;
}

/** By the folder of the segment: the opening is written once, and asked for with each step. */
const openings = new WeakMap<Work["workspace"], { readonly text: string; readonly tokens: number }>();

function openingTokens(work: Work, count: CountTokens): number {
  const text = opening(work);
  const known = openings.get(work.workspace);
  if (known?.text === text) return known.tokens;
  const tokens = count(text);
  openings.set(work.workspace, { text, tokens });
  return tokens;
}

function sumOf(steps: readonly DecodedStep[], count: CountTokens): number {
  return steps.reduce((sum, step) => sum + tokensOf(step, stepText, count), 0);
}

const mostRatio = 3;

/** Reported tokens of the last answer over what was estimated for its request: from the journal, so that it outlives us. */
export function tokenRatio(work: Work, count: CountTokens): number {
  const at = work.steps.findLastIndex(
    (step) => step.kind === "model" && (step.output?.usage.inputTokens ?? 0) > 0,
  );
  const last = work.steps[at];
  if (last?.kind !== "model" || !last.output) return carriedRatio(work);
  const mail = work.mail.filter((item) => (item.consumedBy ?? Number.POSITIVE_INFINITY) <= last.n);
  const guess = estimated(work, work.steps.slice(0, at), mail, count);
  return Math.min(mostRatio, Math.max(1, last.output.usage.inputTokens / guess));
}

function carriedRatio(work: Work): number {
  const notes = work.steps.findLast((step) => step.kind === "compaction" && step.output);
  return (notes?.kind === "compaction" && notes.output?.tokenRatio) || 1;
}

/** The model service said that the context does not fit, and nothing was done about it yet. */
export function overflowed(work: Work): boolean {
  const last = work.steps.findLast((step) => step.kind !== "tool" && step.state !== "started");
  return last?.kind === "model" && last.failure === contextOverflow;
}

export const contextOverflow = "model.context_overflow";

/** What opening, notes and work share: the window up to which it may fill, without instructions and tools. */
export function sharedTokens(work: Work, contextTokens: number): number {
  return Math.max(0, contextTokens * limits.compactionShare - work.baseTokens);
}

/** Steps and mail never change, so each is counted once. */
function tokensOf<T extends object>(item: T, text: (item: T) => string, count: CountTokens): number {
  const known = counted.get(item);
  if (known !== undefined) return known;
  const tokens = count(text(item)) + perMessage;
  counted.set(item, tokens);
  return tokens;
}

function stepText(step: DecodedStep): string {
  switch (step.kind) {
    case "model":
      return step.output ? answerText(step.output) : "";
    case "tool":
      return step.output?.content ?? "";
    case "compaction":
      return step.output?.notes ?? "";
    case "wait":
      return "";
    default:
      return step satisfies never;
  }
}

function answerText(output: ModelOutput): string {
  return output.text + output.calls.map((call) => call.id + call.name + call.arguments).join("");
}
