// One heard event with what holds where it was heard.

import type { Conversation } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { Person } from "../domain/person.ts";
import { whisper } from "../runtime/voice/notice.ts";
import type { InboxRow } from "../store/contract.ts";
import type { Decision } from "./desk.ts";
import type { PlaceRules } from "./rules.ts";

export interface Heard<E extends InboundEvent = InboundEvent> {
  readonly row: InboxRow;
  readonly event: E;
  readonly conversation: Conversation;
  readonly rules: PlaceRules;
}

/** Tells the author something that nobody else has to read; once per event. */
export async function tellAuthor(d: Decision, heard: Heard, text: string): Promise<void> {
  await tell(d, heard.conversation, { key: `reply:${heard.row.id}`, to: heard.event.author, text });
}

/** By a word in the thread, or all of the channel by a command. */
export async function isMuted(d: Decision, { muted, address }: Conversation): Promise<boolean> {
  return muted || d.tx.conversations.isChannelMuted(address);
}

export interface Told {
  readonly key: string;
  readonly to: Person;
  readonly text: string;
}

export async function tell(d: Decision, conversation: Conversation, told: Told): Promise<void> {
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  await d.say(whisper(at, told.key, told.to.key, told.text));
}

/** The name under which somebody was last seen. */
export async function nameOf(d: Decision, key: PersonKey, otherwise: string): Promise<string> {
  return (await d.tx.people.find(key))?.name ?? otherwise;
}
