// What the sweeper has done about waits whose time has come: the default applies, or the person is reminded once.

import type { Utterance } from "../domain/outbox.ts";
import { isTerminal } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { toldHere } from "../runtime/told-run.ts";
import { nudgeText } from "../runtime/voice/replies.ts";
import { type ApprovalParts, expireApprovals } from "./approval-desk.ts";
import { answerWait } from "./answer-wait.ts";
import type { Desk } from "./desk.ts";
import { quietFor } from "./quiet.ts";
import { expireSchedule } from "./schedule-approval.ts";

/** The stated default is the answer now. Nothing happens if somebody answered first, or if there is no default. */
export async function expireWait(desk: Desk, approvals: ApprovalParts, wait: Wait): Promise<void> {
  const { ask } = wait;
  if (ask.kind === "approval") return expireAsked(desk, approvals, wait);
  if (ask.kind === "schedule") return expireProposed(desk, wait);
  if (ask.kind !== "question" || ask.default === undefined) return;
  const answer = ask.default;
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(wait.run);
    if (run && !isTerminal(run.state)) await answerWait(d, { run, wait }, { answer, via: "default" });
  });
}

/** Nobody decided in time, which is a no (APR-7). */
async function expireAsked(desk: Desk, approvals: ApprovalParts, wait: Wait): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(wait.run);
    if (run && !isTerminal(run.state)) await expireApprovals(d, approvals, { run, wait });
  });
}

async function expireProposed(desk: Desk, wait: Wait): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(wait.run);
    if (run && !isTerminal(run.state)) await expireSchedule(d, { run, wait });
  });
}

/** One reminder that notifies, under the question, when its person is not to be left alone. Twice is once. */
export async function nudge(desk: Desk, wait: Wait): Promise<void> {
  await desk.decide(async (d) => {
    const run = await d.tx.runs.find(wait.run);
    const now = await d.tx.waits.find(wait.id);
    if (!run || now?.state !== "open") return;
    const quiet = await quietFor(d, run);
    if (quiet !== undefined) return d.tx.waits.remindAt(wait.id, quiet);
    const { plan, title } = await toldHere(d.tx, run);
    const person = await d.tx.people.find(wait.asked);
    const reminder: Utterance = {
      key: `nudge:${wait.id}`,
      tenant: run.tenant,
      conversation: run.conversation,
      run: run.id,
      op: {
        op: "post",
        message: {
          kind: "attention",
          about: "question",
          title: `Reminder: ${plan?.title ?? title}`,
          text: nudgeText(wait),
          mention: wait.asked,
          mentionName: person?.name ?? run.subjectName,
          options: [],
        },
      },
    };
    await d.say(reminder);
  });
}
