// The line on an attention message that is decided: who chose what, and when (ux c.0 rule 7).

import type { WaitAnswer } from "../../domain/wait.ts";
import { isNobodysWord } from "./grant-card.ts";
import { clockTime } from "./local-time.ts";

const longestShown = 300;

export function decidedLine(answer: WaitAnswer, when: number, timeZone: string | undefined): string {
  const shown = shortened(answerInWords(answer.answer));
  const time = clockTime(when, timeZone);
  if (isNobodysWord(answer)) return `${shown} (${time})`;
  if (answer.via === "default") return `No answer came, so I go with: ${shown} (${time})`;
  const through = answer.through === undefined ? "" : `, through ${answer.through}`;
  return `${answer.byName ?? "Somebody"}${through}: ${shown} (${time})`;
}

/** A decided wait, told to somebody who comes too late. */
export function alreadyDecided(answer: WaitAnswer | undefined): string {
  if (!answer)
    return "This is closed already, because the work it belongs to has ended. Nothing was changed.";
  const shown = shortened(answerInWords(answer.answer));
  if (isNobodysWord(answer)) return `This is closed already. ${shown}.`;
  if (answer.via === "default")
    return `This was decided already: no answer came in time, so I went with “${shown}”.`;
  return `This was decided already: ${answer.byName ?? "somebody"} chose “${shown}”.`;
}

/** Answers to a budget pause are stored as one word. */
function answerInWords(answer: string): string {
  if (answer === "add") return "Allow half as much again";
  if (answer === "finish") return "Finish with what I have";
  return answer;
}

function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown - 1)}…` : text;
}
