// What the model is told of the schedule it proposed.

import type { WaitId } from "../domain/ids.ts";
import { proposedId } from "../domain/schedule.ts";
import { datesInWords, scheduleInWords } from "../domain/schedule-words.ts";
import type { ToolOutput } from "../domain/step.ts";
import type { ScheduleAsk, WaitAnswer } from "../domain/wait.ts";
import { scheduleAnswers } from "./voice/schedule-card.ts";

export function decidedOutput(wait: WaitId, ask: ScheduleAsk, answer: WaitAnswer): ToolOutput {
  const by = answer.byName ?? answer.by ?? "The person";
  switch (answer.answer) {
    case scheduleAnswers.approved: {
      const dates = datesInWords(ask.next, ask.timeZone, ask.askedAt);
      const content = `${by} approved. Scheduled as ${proposedId(wait)}: ${scheduleInWords(ask)}. First: ${dates}.`;
      return { content, isError: false };
    }
    case scheduleAnswers.late:
      return refused(`${by} approved, but its time had passed by then. Nothing is scheduled.`);
    case scheduleAnswers.expired:
      return refused(
        "Nobody decided in time. Nothing is scheduled; propose it again only if you are asked to.",
      );
    default:
      return refused(
        `${by} denied it. Nothing is scheduled; don't propose it again unless you are asked to.`,
      );
  }
}

function refused(content: string): ToolOutput {
  return { content, isError: true };
}
