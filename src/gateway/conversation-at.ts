// The conversation at an address, for what the agent begins to say there by itself. What is heard has its own way (intake.ts).

import type { Ids } from "../base/ids.ts";
import type { Conversation, ConversationAddress } from "../domain/conversation.ts";
import { asConversationId } from "../domain/ids.ts";
import type { Tx } from "../store/contract.ts";
import { workspaceName } from "./workspace-name.ts";

/** Made if it is the first time; twice is once. */
export function conversationAt(
  { tx, now }: { readonly tx: Pick<Tx, "conversations">; readonly now: number },
  ids: Ids,
  address: ConversationAddress,
): Promise<Conversation> {
  const id = asConversationId(ids.next("conv"));
  return tx.conversations.ensure(address, { id, workspace: workspaceName(address, id), now });
}
