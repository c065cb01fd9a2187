// Which ended runs can be gone on from (docs/decisions/0009).

import { isTerminal, type Run } from "./run.ts";

/** Failures that lie in the journal itself: whoever takes it up fails at once in the same way. */
const inTheJournal: ReadonlySet<string> = new Set([
  "run.corrupt",
  "run.looping",
  "model.refusal",
  "model.empty",
  "model.context_overflow",
]);

/** True for what a person stopped, what expired, and what failed for something outside its journal. */
export function canGoOn({ state, outcome }: Pick<Run, "state" | "outcome">): boolean {
  if (!isTerminal(state) || state === "done") return false;
  return state !== "failed" || canGoOnAfter(outcome?.code ?? "run.bug");
}

/** `code` is that of a failure. */
export function canGoOnAfter(code: string): boolean {
  return !inTheJournal.has(code);
}

/** Numbers of steps that a stop ended. */
export interface CutSteps {
  readonly begun: readonly number[];
  readonly unbegun: readonly number[];
}
