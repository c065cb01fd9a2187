// `message`, `messageUpdate` and `messageDelete` as neutral events.
//
//   TM1  A delivery is called by its conversation and message, so the same one again is one event (I1).
//   TM2  An edit and a deletion are events of their own, each once for each time it was made.

import type { Clock } from "../../../base/clock.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import type { TeamsSettings } from "../deps.ts";
import type { SealedText } from "../sealed-text.ts";
import { readFiles } from "./files.ts";
import { addressOf, msOf } from "./home.ts";
import { readText } from "./message-text.ts";
import type { People } from "./people.ts";
import type { Activity } from "./shapes.ts";

export interface Reading {
  readonly settings: TeamsSettings;
  readonly people: People;
  readonly clock: Clock;
  readonly files: SealedText;
}

/** Undefined for what is no content. */
export async function readMessage(r: Reading, activity: Activity): Promise<InboundEvent | undefined> {
  const { id, conversation, channelData } = activity;
  if (id === undefined) return undefined;
  const heard = {
    conversation: addressOf(r.settings, activity),
    author: r.people.author(activity),
    sentAt: msOf(activity, r.clock.now()),
    messageId: id,
  };
  const name = [r.settings.tenantId, conversation.id, id];
  if (activity.type === "messageDelete") {
    return { ...heard, eventId: [...name, "deleted"].join(":"), kind: "deleted" };
  }
  const said = await readText(r.people, r.settings, activity);
  if (activity.type === "messageUpdate") {
    const event = [...name, channelData?.eventType ?? "edited", activity.timestamp ?? ""];
    return { ...heard, eventId: event.join(":"), kind: "edited", text: said.text };
  }
  const files = readFiles(r.files, activity);
  const isEmpty = said.text === "" && files.length === 0;
  if (isEmpty && !said.mentionsAgent && !isWrittenToUs(heard.conversation, activity)) return undefined;
  return { ...heard, eventId: name.join(":"), kind: "message", ...said, files };
}

/** A picture of Teams' own, say: whoever sends one in the personal chat is answered. What a card submits comes without words, too. */
function isWrittenToUs({ kind }: ConversationAddress, { value }: Activity): boolean {
  return kind === "dm" && value === undefined;
}
