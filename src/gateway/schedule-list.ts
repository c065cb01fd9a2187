// What `schedules` answers: each of the asker's own schedules with its buttons, to the asker alone.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { Schedule } from "../domain/schedule.ts";
import { scheduleLine, scheduleShown } from "../runtime/voice/schedule-items.ts";
import { scheduleReplies } from "../runtime/voice/schedule-notes.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";

/** More are a list without buttons. */
const mostShown = 5;
const mostListed = 50;

export async function answerSchedules(d: Decision, heard: Heard<InboundEvent>): Promise<void> {
  const { author } = heard.event;
  const { tenant, id: conversation, address } = heard.conversation;
  const own = await d.tx.schedules.list({ tenant, owner: author.key, limit: mostListed });
  const seen = own.filter((schedule) => isFor(schedule, address));
  if (seen.length === 0) return tellAuthor(d, heard, scheduleReplies.none);
  for (const [n, schedule] of seen.slice(0, mostShown).entries()) {
    const last = schedule.lastRun && (await d.tx.runs.find(schedule.lastRun));
    const message = scheduleShown(schedule, last || undefined, d.now);
    const key = `reply:${heard.row.id}:${n}`;
    await d.say({
      key,
      tenant,
      conversation,
      op: {
        op: "whisper",
        to: author.key,
        message: { ...message, mentionName: author.name, mention: author.key },
      },
    });
  }
  if (seen.length <= mostShown) return;
  const rest = seen.slice(mostShown).map((schedule) => `• ${scheduleLine(schedule, undefined, d.now)}`);
  await tellAuthor(d, heard, ["And these:", ...rest].join("\n"));
}

/** What was set up in direct messages is not shown in a channel, where others may look on. */
function isFor({ place }: Schedule, { kind }: ConversationAddress): boolean {
  return kind === "dm" || place.kind !== "dm";
}
