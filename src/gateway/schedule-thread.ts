// The thread in which a schedule's results are posted: begun by the agent itself, with a post that says what comes round.
//
//   ST1  A schedule has one thread. What is said there before the platform has named the thread waits behind that post.

import type { Ids } from "../base/ids.ts";
import {
  type Conversation,
  type ConversationAddress,
  isUnbegun,
  unbegunThread,
} from "../domain/conversation.ts";
import { asScheduleId, type ScheduleId } from "../domain/ids.ts";
import { type Schedule, scheduleStates } from "../domain/schedule.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { threadOpening } from "../runtime/voice/schedule-notes.ts";
import type { Tx } from "../store/contract.ts";
import { conversationAt } from "./conversation-at.ts";
import type { Decision } from "./desk.ts";

/** Where the schedule's results go; the first time, says what the thread is about. */
export async function threadOf(d: Decision, ids: Ids, schedule: Schedule): Promise<Conversation> {
  const { place } = schedule;
  const begun = place.thread !== "";
  const address = begun ? place : { ...place, thread: unbegunThread(schedule.id) };
  const conversation = await conversationAt(d, ids, address);
  if (!begun) {
    const at = { tenant: conversation.tenant, conversation: conversation.id };
    await d.say(noticePost(at, `thread:${conversation.id}`, notice(threadOpening(schedule))));
  }
  return conversation;
}

/** The first post of a thread is there, and the platform calls the thread by it. */
export async function beginThread(
  tx: Pick<Tx, "conversations" | "schedules">,
  { id, address }: Conversation,
  posted: string | undefined,
): Promise<void> {
  if (posted === undefined || !isUnbegun(address)) return;
  const place = { ...address, thread: posted };
  await tx.conversations.begin(id, place);
  const schedule = scheduleOpening(address);
  if (schedule !== undefined) await tx.schedules.change(schedule, scheduleStates, { place });
}

/** The schedule whose thread is to be begun at `address`; what the agent begins for another reason names none that exists. */
export function scheduleOpening(address: ConversationAddress): ScheduleId | undefined {
  return isUnbegun(address) ? asScheduleId(address.thread.slice(1)) : undefined;
}
