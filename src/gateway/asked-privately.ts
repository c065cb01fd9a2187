// Was somebody asked this in their own direct messages? There a button of it counts, whatever the platform calls that place.

import { isPrivateLine } from "../domain/conversation.ts";
import type { InboundAction } from "../domain/inbound.ts";
import type { Wait } from "../domain/wait.ts";
import { privateKey } from "../runtime/voice/approval-card.ts";
import type { Decision } from "./desk.ts";
import type { Heard } from "./heard.ts";

export async function askedPrivately(
  d: Decision,
  { conversation, event }: Heard<InboundAction>,
  wait: Wait,
): Promise<boolean> {
  if (!isPrivateLine(conversation.address)) return false;
  return (await d.tx.outbox.find(privateKey(wait.id, event.author.key))) !== undefined;
}
