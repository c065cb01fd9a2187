// The small signs of being heard: the reaction on a message and the conversation's session mark (ux c.1).

import type { Conversation } from "../domain/conversation.ts";
import type { Run } from "../domain/run.ts";
import { toldHere } from "../runtime/told-run.ts";
import { type SessionStatus, statusOp } from "../runtime/voice/session-status.ts";
import type { Decision } from "./desk.ts";

/** Eyes on the message: seen and taken in. Once per message. */
export async function markSeen(d: Decision, conversation: Conversation, messageId: string): Promise<void> {
  await d.say({
    key: `seen:${conversation.id}:${messageId}`,
    tenant: conversation.tenant,
    conversation: conversation.id,
    op: { op: "react", messageId, emoji: "eyes" },
  });
}

/** `occasion` makes the key: one occasion is one change of the mark. */
export async function markSession(
  d: Decision,
  run: Run,
  status: SessionStatus,
  occasion: string,
): Promise<void> {
  await d.say({
    key: `status:${run.id}:${occasion}`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: statusOp(await toldHere(d.tx, run), status),
  });
}

/** Nothing runs here: whatever mark somebody still sees is taken away (ux d.15). */
export async function markIdle(d: Decision, conversation: Conversation, occasion: string): Promise<void> {
  await d.say({
    key: `status:${conversation.id}:${occasion}`,
    tenant: conversation.tenant,
    conversation: conversation.id,
    op: { op: "status", status: "active" },
  });
}
