// Where an activity was heard, and by what neutral address and name that goes.
//
//   TA1  The tenant is the configured one: an activity of another has not come this far (TC3).
//   TA2  In a channel each reply chain is a conversation, called by its first message. A chat is one conversation.
//   TA3  What has no thread (a post of its own in a channel) is at `~…`.

import { type ConversationAddress, wholeChat } from "../../../domain/conversation.ts";
import { asTenantId, type PersonKey, personKey, type TenantId } from "../../../domain/ids.ts";
import type { TeamsSettings } from "../deps.ts";
import type { Activity } from "./shapes.ts";

export const teamsPlatformName = "teams";

const threadMark = ";messageid=";

export function teamsTenant(tenantId: string): TenantId {
  return asTenantId(`teams-${tenantId}`);
}

export function teamsPerson(tenantId: string, user: string): PersonKey {
  return personKey(teamsPlatformName, tenantId, user.replace(/\s/g, "_"));
}

export function addressOf({ tenantId }: TeamsSettings, activity: Activity): ConversationAddress {
  const kind = kindOf(activity);
  const { channel, thread } = splitConversation(activity.conversation.id);
  const chain = thread ?? activity.replyToId ?? activity.id ?? `~${channel}`;
  return {
    platform: teamsPlatformName,
    tenant: teamsTenant(tenantId),
    kind,
    channel,
    thread: kind === "channel" ? chain : wholeChat,
  };
}

/** The channel itself, outside any reply chain. */
export function outsideThreads(at: ConversationAddress): ConversationAddress {
  return at.kind === "channel" ? { ...at, thread: `~${at.channel}` } : at;
}

/** What Teams calls the conversation at `at`. */
export function conversationId({ kind, channel, thread }: ConversationAddress): string {
  return kind === "channel" && /^\d+$/.test(thread) ? `${channel}${threadMark}${thread}` : channel;
}

export function splitConversation(id: string): { readonly channel: string; readonly thread?: string } {
  const at = id.indexOf(threadMark);
  return at < 0 ? { channel: id } : { channel: id.slice(0, at), thread: id.slice(at + threadMark.length) };
}

function kindOf({ conversation }: Activity): ConversationAddress["kind"] {
  const { conversationType, id, isGroup } = conversation;
  if (conversationType === "channel" || id.includes(threadMark)) return "channel";
  if (conversationType === "personal") return "dm";
  return conversationType === "groupChat" || isGroup === true ? "group" : "dm";
}

/** Milliseconds since the epoch; `now` where the activity has no time. */
export function msOf(activity: Activity, now: number): number {
  const ms = Date.parse(activity.timestamp ?? "");
  return Number.isNaN(ms) ? now : ms;
}
