// Addresses that open something in Teams itself. They name a place and nothing of what is said there; Teams shows it to whom it may.

import { wholeChat } from "../../domain/conversation.ts";
import type { HomeItem } from "../../domain/home-page.ts";

const teams = "https://teams.microsoft.com/l";
const ofChat = encodeURIComponent('{"contextType":"chat"}');

/** The personal chat with the app. */
export function personalChatLink(appId: string): string {
  return `${teams}/chat/0/0?users=${encodeURIComponent(`28:${appId}`)}`;
}

/** Where something is shown; undefined for what is in a personal chat, which has no address for others than its person. */
export function placeLink(
  { channel, thread, message }: NonNullable<HomeItem["at"]>,
  tenantId: string,
): string | undefined {
  if (!channel.startsWith("19:")) return undefined;
  const where = encodeURIComponent(channel);
  if (isMessage(thread)) {
    const shown = isMessage(message) ? message : thread;
    const query = new URLSearchParams({ tenantId, parentMessageId: thread, createdTime: shown });
    return `${teams}/message/${where}/${shown}?${query.toString()}`;
  }
  if (thread !== wholeChat) return undefined;
  if (isMessage(message)) return `${teams}/message/${where}/${message}?context=${ofChat}`;
  return `${teams}/chat/${where}/conversations`;
}

function isMessage(id: string | undefined): id is string {
  return id !== undefined && /^\d+$/.test(id);
}
