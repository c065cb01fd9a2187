// Whose memory a run reads and writes: DM memory never reaches a channel.

import type { Conversation } from "../domain/conversation.ts";
import type { MemoryScope } from "../domain/memory.ts";
import type { Run } from "../domain/run.ts";

export function memoryScope(run: Run, conversation: Conversation): MemoryScope {
  const { address } = conversation;
  return address.kind === "dm" ? `person:${run.subject}` : `channel:${address.platform}/${address.channel}`;
}
