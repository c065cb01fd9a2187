// How far a step of a plan is, in a word, on a card in `state`: on one of ended work nothing seems to go on (ux c.0 rule 7).

import { type CardState, isEndedCard } from "../domain/outbox.ts";
import type { PlanStep } from "../domain/plan.ts";

const words: Readonly<Record<PlanStep["state"], string>> = {
  todo: "to do",
  doing: "doing",
  done: "done",
  skipped: "skipped",
};

export function stepWord(step: PlanStep["state"], state: CardState): string {
  if (step !== "doing" || !isEndedCard(state)) return words[step];
  return state === "Done" ? "done" : "half done";
}
