// How full the context is, in tokens: an estimate, corrected by what the model service reports.

import type { ModelOutput } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import type { DecodedStep } from "./decoded-step.ts";
import { mailText } from "./transcript.ts";
import { opening, type Work } from "./work.ts";

const perMessage = 8;
const counted = new WeakMap<object, number>();

export function estimateTokens(work: Work, count: CountTokens): number {
  const steps = work.steps.reduce((sum, step) => sum + tokensOf(step, stepText, count), 0);
  const mail = work.mail.reduce((sum, item) => sum + tokensOf(item, mailText, count), 0);
  return Math.ceil((work.baseTokens + count(opening(work)) + steps + mail) * work.tokenRatio);
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
