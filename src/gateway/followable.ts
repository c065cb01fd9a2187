// Which addresses in a message may be followed, as the conversation stands when it is sent (OUT-2).
//
//   FO1  Only what people wrote in the conversation: not what other bots wrote, and not what was taken back or edited away.
//   FO2  Found anew from the inbox each time something is sent, so that a restart changes nothing; what is no longer kept
//        can't be followed.

import { givenAddresses } from "../chat/given-addresses.ts";
import type { ConversationId } from "../domain/ids.ts";
import type { Outgoing } from "../domain/outbox.ts";
import type { Store } from "../store/contract.ts";

const mostMessages = 1_000;

/** The message with the addresses in it that may be followed. */
export async function withFollowable(
  store: Store,
  conversation: ConversationId,
  message: Outgoing,
): Promise<Outgoing> {
  if (message.kind === "card" || !/https?:/i.test(message.text)) return message;
  const heard = await store.read((tx) =>
    tx.inbox.history(conversation, Number.MAX_SAFE_INTEGER, mostMessages),
  );
  const given = givenAddresses(
    heard.flatMap(({ event }) => (event.kind === "message" && event.author.kind !== "bot" ? event.text : [])),
  );
  return given.size === 0 ? message : { ...message, follow: [...given] };
}
