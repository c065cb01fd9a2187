// Where people open a conversation of Teams in a browser. Asks nothing: what the link needs is in the address.

import type { ConversationAddress } from "../../domain/conversation.ts";

const teamsHost = "https://teams.microsoft.com";

/** Teams has no address for a message of a personal chat with an app; there it is the chat. */
export function messageLink(
  { appId, tenantId }: { readonly appId: string; readonly tenantId: string },
  { kind, channel, thread }: ConversationAddress,
  messageId?: string,
): string {
  const place = encodeURIComponent(channel);
  if (kind === "dm") return linkTo("chat/0/0", { users: `28:${appId}` });
  if (kind === "channel") {
    const message = encodeURIComponent(messageId ?? thread);
    return linkTo(`message/${place}/${message}`, { tenantId, parentMessageId: thread });
  }
  if (messageId === undefined) return linkTo(`chat/${place}/conversations`, { tenantId });
  const context = JSON.stringify({ contextType: "chat" });
  return linkTo(`message/${place}/${encodeURIComponent(messageId)}`, { tenantId, context });
}

function linkTo(path: string, query: Readonly<Record<string, string>>): string {
  return `${teamsHost}/l/${path}?${new URLSearchParams(query).toString()}`;
}
