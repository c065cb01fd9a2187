// The decision on a schedule that was proposed (design 10): its own person's click, and nothing else.
//
//   SA1  Approving, the schedule's row and the answer to the run are one transaction; approved twice is one schedule.
//   SA2  Nobody decides for the person it is for, a manager neither; words decide nothing; no decision in time is a no.

import type { Person } from "../domain/person.ts";
import type { Run } from "../domain/run.ts";
import { proposedId, type Schedule, scheduleName } from "../domain/schedule.ts";
import { isMarked } from "../domain/taint.ts";
import type { ScheduleAsk, Wait } from "../domain/wait.ts";
import { nextTime } from "../domain/wall-time.ts";
import { scheduleAnswers } from "../runtime/voice/schedule-card.ts";
import { answerWait } from "./answer-wait.ts";
import type { Decision } from "./desk.ts";

export interface Proposed {
  readonly run: Run;
  readonly wait: Wait;
  readonly ask: ScheduleAsk;
}

/** False if it was decided already. The caller has checked that `by` is who was asked. */
export async function decideSchedule(
  d: Decision,
  proposed: Proposed,
  approved: boolean,
  by: Person,
): Promise<boolean> {
  const { run, wait, ask } = proposed;
  const nextAt = approved ? nextTime(ask, d.now) : undefined;
  const answer = answerOf(approved, nextAt);
  const given = { answer, by: by.key, byName: by.name, via: "button" } as const;
  if (!(await answerWait(d, { run, wait }, given))) return false;
  if (nextAt !== undefined) await add(d, proposed, by, nextAt);
  return true;
}

/** Nobody decided in time (SA2). */
export async function expireSchedule(d: Decision, { run, wait }: Omit<Proposed, "ask">): Promise<void> {
  await answerWait(d, { run, wait }, { answer: scheduleAnswers.expired, via: "default" });
}

function answerOf(approved: boolean, nextAt: number | undefined): string {
  if (!approved) return scheduleAnswers.denied;
  return nextAt === undefined ? scheduleAnswers.late : scheduleAnswers.approved;
}

async function add(d: Decision, { run, wait, ask }: Proposed, by: Person, nextAt: number): Promise<void> {
  const here = await d.tx.conversations.find(run.conversation);
  if (!here) return;
  const schedule: Schedule = {
    id: proposedId(wait.id),
    tenant: run.tenant,
    agent: run.agent,
    source: "chat",
    name: scheduleName(ask.what),
    owner: by.key,
    ownerName: by.name,
    place: { ...here.address, thread: "" },
    what: ask.what,
    when: ask.when,
    timeZone: ask.timeZone,
    state: "active",
    nextAt,
    ...(isMarked(run.taint) ? { taint: run.taint } : {}),
    createdAt: d.now,
  };
  await d.tx.schedules.add(schedule);
}
