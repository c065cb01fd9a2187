// Whose memory a run reads and writes: DM memory never reaches a channel.

import type { Conversation, ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { MemoryScope } from "../domain/memory.ts";
import type { Run } from "../domain/run.ts";

export function memoryScope(run: Run, { address }: Conversation): MemoryScope {
  return address.kind === "dm" ? personScope(run.subject) : channelScope(address);
}

export function personScope(person: PersonKey): MemoryScope {
  return `person:${person}`;
}

export function channelScope({ platform, channel }: ConversationAddress): MemoryScope {
  return `channel:${platform}/${channel}`;
}
