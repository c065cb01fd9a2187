// A schedule that can't go on by itself: paused with the reason, and the people who can mend it are told directly.
//
//   SP1  Its owner is told, unless it is the owner who is gone; and the agent's managers there. Each once per pause. Where that is
//        nobody, it is said where the schedule posts.

import type { Ids } from "../base/ids.ts";
import { directLine, unbegunThread } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import type { Schedule } from "../domain/schedule.ts";
import { accessWithdrawn } from "../runtime/voice/brake-words.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { ownerGone, pausedNote, whyPaused } from "../runtime/voice/schedule-notes.ts";
import { conversationAt } from "./conversation-at.ts";
import type { Decision, Desk } from "./desk.ts";
import type { RulesFor } from "./rules.ts";
import { scheduleOpening } from "./schedule-thread.ts";

interface PauseDeps {
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

export async function pauseFor(d: Decision, deps: PauseDeps, schedule: Schedule, why: string): Promise<void> {
  // One whose only time was just taken is `done` by now, and may still be run when the reason is gone.
  if (!(await d.tx.schedules.change(schedule.id, ["active", "done"], { state: "paused", why }))) return;
  const { managers } = deps.rulesFor(schedule.place, schedule.agent);
  const told = new Set(managers.filter((key) => key.startsWith(`${schedule.place.platform}:`)));
  const gone = why === ownerGone(schedule) || why === accessWithdrawn;
  if (schedule.owner !== undefined && !gone) told.add(schedule.owner);
  const text = pausedNote(schedule, why);
  for (const person of told) await tellDirectly(d, deps, { schedule, person, text });
  if (told.size === 0 && gone) await tellThere(d, deps, schedule, text);
}

/** The platform says that nothing can be said where `entry` was to be said: so it is for schedules that post there. */
export async function pauseWithoutPlace(
  desk: Desk,
  deps: PauseDeps,
  entry: Pick<OutboxEntry, "run" | "conversation">,
): Promise<void> {
  await desk.decide(async (d) => {
    const run = entry.run && (await d.tx.runs.find(entry.run));
    const place = await d.tx.conversations.find(entry.conversation);
    const id = run?.schedule ?? (place && scheduleOpening(place.address));
    const schedule = id && (await d.tx.schedules.find(id));
    if (schedule?.state === "active") await pauseFor(d, deps, schedule, whyPaused.noPlace);
  });
}

interface Told {
  readonly schedule: Schedule;
  readonly person: PersonKey;
  readonly text: string;
}

async function tellDirectly(
  d: Decision,
  { ids }: PauseDeps,
  { schedule, person, text }: Told,
): Promise<void> {
  const address = directLine(person, schedule.tenant);
  const line = await conversationAt(d, ids, address);
  const at = { tenant: line.tenant, conversation: line.id };
  await d.say(noticePost(at, `paused:${schedule.id}:${d.now}:${person}`, notice(text)));
}

async function tellThere(d: Decision, { ids }: PauseDeps, schedule: Schedule, text: string): Promise<void> {
  const { place } = schedule;
  const thread = place.thread === "" ? unbegunThread(`paused-${schedule.id}-${d.now}`) : place.thread;
  const there = await conversationAt(d, ids, { ...place, thread });
  const at = { tenant: there.tenant, conversation: there.id };
  await d.say(noticePost(at, `paused:${schedule.id}:${d.now}`, notice(text)));
}
