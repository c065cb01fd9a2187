// What people decided in a run, from the rows of its waits: nothing of it has to be carried from window to window.

import type { Wait, WaitAnswer } from "../domain/wait.ts";

/** Oldest first. */
export function decidedLines(waits: readonly Wait[]): string[] {
  return waits
    .filter((wait) => wait.state === "resolved" && wait.answer)
    .toSorted((a, b) => (a.resolvedAt ?? 0) - (b.resolvedAt ?? 0) || a.step - b.step)
    .map((wait) => `${asked(wait)} → ${answered(wait.answer)}`);
}

function asked({ ask }: Wait): string {
  return ask.kind === "question" ? JSON.stringify(ask.question) : JSON.stringify(ask);
}

function answered(answer: WaitAnswer | undefined): string {
  if (!answer) return "";
  const { byName, by, via } = answer;
  return JSON.stringify({ answer: answer.answer, by: byName ?? by ?? "", via });
}
