// What is said to the agent without a message: the slash command and the native Stop.

import type { z } from "zod";
import type { InboundEvent } from "../../../domain/inbound.ts";
import { addressOf, msOf } from "./home.ts";
import type { SessionStopped, SlashCommand } from "./shapes.ts";
import type { Reading } from "./submissions.ts";

export async function readCommand(
  { people, clock, home }: Reading,
  command: z.infer<typeof SlashCommand>,
): Promise<InboundEvent> {
  const { user_id: user, channel_id: channel, channel_name: channelName, trigger_id, text } = command;
  return {
    eventId: [home.installation.teamId, user, "command", trigger_id].join(":"),
    conversation: addressOf(home, { channel, thread: `~${user}`, channelName }),
    author: await people.orUnchecked(home, user),
    sentAt: clock.now(),
    kind: "command",
    text: text.trim(),
  };
}

/** The native Stop says what `stop` in the thread says. */
export async function readStop(
  { people, home }: Reading,
  eventId: string,
  { channel, user, thread_ts, event_ts }: z.infer<typeof SessionStopped>,
): Promise<InboundEvent> {
  return {
    eventId,
    conversation: addressOf(home, { channel, thread: thread_ts }),
    author: await people.find(home, user),
    sentAt: msOf(event_ts),
    kind: "message",
    messageId: `stop-${eventId}`,
    text: "stop",
    mentionsAgent: true,
    mentions: [],
    files: [],
  };
}
