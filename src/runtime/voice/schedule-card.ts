// The confirmation of a schedule (ux c.10): what comes round, when, where it is posted, and the first dates.
//
//   SD1  A schedule is approved or denied by these buttons alone, never in words (design 10).

import type { WaitId } from "../../domain/ids.ts";
import type { Attention } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import { scheduleName } from "../../domain/schedule.ts";
import { datesInWords, scheduleInWords } from "../../domain/schedule-words.ts";
import type { ScheduleAsk } from "../../domain/wait.ts";
import { isOnce } from "../../domain/wall-time.ts";
import { type Due, dayAndTime } from "./local-time.ts";

/** How the decision is stored, in the words in which it is shown. */
export const scheduleAnswers = {
  approved: "Approve",
  denied: "Deny",
  expired: "not setting it up",
  /** Approved when its one time had passed. */
  late: "Approve, after its time had passed",
} as const;

export function scheduleCard(run: Run, wait: WaitId, ask: ScheduleAsk, due: Due | undefined): Attention {
  return {
    kind: "attention",
    about: "approval",
    title: `Schedule “${scheduleName(ask.what)}”`,
    text: cardText(run, ask),
    ...(due === undefined ? {} : { footer: footer(due) }),
    mention: run.subject,
    mentionName: run.subjectName,
    options: [
      { action: "approval.approve", value: wait, label: "Approve", style: "primary" },
      { action: "approval.deny", value: wait, label: "Deny", style: "danger" },
    ],
  };
}

function cardText(run: Run, ask: ScheduleAsk): string {
  const once = isOnce(ask);
  const dates = datesInWords(ask.next, ask.timeZone, ask.askedAt);
  const where = run.mode === "assistant" ? "here in our direct messages" : "in this channel";
  return [
    ask.what.trim(),
    "",
    once ? `${scheduleInWords(ask)}.` : `${scheduleInWords(ask)}. Next: ${dates}.`,
    `Posts ${where}, in a thread of its own.${once ? "" : " Quiet when nothing changed."}`,
  ].join("\n");
}

function footer({ at, timeZone }: Due): string {
  return `Nothing is set up unless you approve by ${dayAndTime(at, timeZone)}. Only the buttons count.`;
}
