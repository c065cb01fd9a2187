// The buttons of a schedule: on its owner's home page, and on what `schedules` shows.
//
//   SB1  Only its owner, in their own tenant, changes a schedule, wherever the button was (AC1).

import type { Ids } from "../base/ids.ts";
import { asScheduleId } from "../domain/ids.ts";
import type { InboundAction } from "../domain/inbound.ts";
import type { Run } from "../domain/run.ts";
import type { Schedule } from "../domain/schedule.ts";
import type { Wait } from "../domain/wait.ts";
import { alreadyDecided } from "../runtime/voice/decided.ts";
import { notAvailable, onlyMayAnswer } from "../runtime/voice/replies.ts";
import * as notes from "../runtime/voice/schedule-notes.ts";
import type { Decision } from "./desk.ts";
import { type Heard, nameOf, tellAuthor } from "./heard.ts";
import type { RulesFor } from "./rules.ts";
import { decideSchedule } from "./schedule-approval.ts";
import { changeSchedule, type ScheduleChange } from "./schedule-changes.ts";
import { runNow } from "./schedule-firing.ts";

type Click = Heard<InboundAction>;

interface ScheduleActionDeps {
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

/** Of those that a run proposed: decided by whoever was asked, and by nobody else. Schedules are all that is approved yet. */
export async function clickApproval(
  d: Decision,
  click: Click,
  { run, wait }: { readonly run: Run; readonly wait: Wait },
  approved: boolean,
): Promise<void> {
  const { author } = click.event;
  if (wait.ask.kind !== "schedule") return tellAuthor(d, click, notAvailable);
  if (author.key !== wait.asked) {
    return tellAuthor(d, click, onlyMayAnswer(await nameOf(d, wait.asked, run.subjectName)));
  }
  if (approved && (author.kind !== "member" || click.rules.revoked.has(author.key))) {
    return tellAuthor(d, click, notes.scheduleReplies.membersOnly); // ID-2
  }
  if (await decideSchedule(d, { run, wait, ask: wait.ask }, approved, author)) return;
  const now = await d.tx.waits.find(wait.id);
  const superseded = now?.state === "superseded";
  await tellAuthor(d, click, superseded ? notes.scheduleReplies.superseded : alreadyDecided(now?.answer));
}

export async function clickChange(d: Decision, click: Click, change: ScheduleChange): Promise<void> {
  const schedule = await ownSchedule(d, click);
  if (!schedule) return;
  const changed = await changeSchedule(d, schedule.id, change);
  switch (changed.kind) {
    case "changed":
      return tellAuthor(d, click, notes.changedTo(changed.schedule, d.now));
    case "already":
      return tellAuthor(d, click, notes.alreadyIn(changed.schedule));
    case "over":
      return tellAuthor(d, click, notes.scheduleReplies.over);
    case "gone":
      return tellAuthor(d, click, notes.scheduleReplies.gone);
    default:
      changed satisfies never;
  }
}

export async function clickRunNow(d: Decision, click: Click, deps: ScheduleActionDeps): Promise<void> {
  const schedule = await ownSchedule(d, click);
  if (!schedule) return;
  const begun = await runNow(d, deps, schedule);
  switch (begun.kind) {
    case "started":
      return tellAuthor(d, click, notes.runningNow(schedule));
    case "busy":
      return tellAuthor(d, click, notes.stillAtIt(schedule));
    case "refused":
      return tellAuthor(d, click, notes.notNow(begun.why));
    default:
      begun satisfies never;
  }
}

/** SB1. Undefined where it is not theirs or is gone; they were told. */
async function ownSchedule(d: Decision, click: Click): Promise<Schedule | undefined> {
  const schedule = await d.tx.schedules.find(asScheduleId(click.event.value));
  if (!schedule || schedule.state === "deleted" || schedule.tenant !== click.conversation.tenant) {
    await tellAuthor(d, click, notes.scheduleReplies.gone);
    return undefined;
  }
  if (schedule.owner === click.event.author.key) return schedule;
  await tellAuthor(d, click, notes.onlyOwner(schedule));
  return undefined;
}
