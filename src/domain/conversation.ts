// A Slack thread, a Teams reply chain or chat, a local thread. Owns one workspace.

import { z } from "zod";
import { asTenantId, type ConversationId, type PersonKey, type TenantId } from "./ids.ts";

/** Where a conversation is on its platform. `channel` and `thread` are the platform's own ids. */
export const ConversationAddress = z.object({
  platform: z.string(),
  tenant: z.string().transform(asTenantId),
  kind: z.enum(["channel", "dm", "group"]),
  channel: z.string(),
  thread: z.string(),
});
export type ConversationAddress = z.infer<typeof ConversationAddress>;

/** Unique within an installation; equal addresses give equal keys. */
export function addressKey(address: ConversationAddress): string {
  return [address.platform, address.tenant, address.channel, address.thread]
    .map(encodeURIComponent)
    .join("/");
}

/** In no thread and seen by one person: where commands and the clicks of a home page come from (`~<user id>`). */
export function isAside({ thread }: ConversationAddress): boolean {
  return thread.startsWith("~");
}

const unbegun = "+";

/** The thread of what has none yet: the first post there begins it, and it is called by that post from then on. */
export function unbegunThread(name: string): string {
  return `${unbegun}${name}`;
}

export function isUnbegun({ thread }: ConversationAddress): boolean {
  return thread.startsWith(unbegun);
}

/** The thread of a chat that has no others: all of it is one conversation. */
export const wholeChat = "chat";

/** A group chat without threads: messages of several people and pieces of work stand one under the other. */
export function isFlat({ kind, thread }: Pick<ConversationAddress, "kind" | "thread">): boolean {
  return kind === "group" && thread === wholeChat;
}

/** Nobody else reads there, so nobody else clicks there. */
export function isPrivateLine(address: ConversationAddress): boolean {
  return address.kind === "dm" || isAside(address);
}

/** A private line to one person, in no thread. `tenant` is where the matter belongs; somebody of another platform is reached in their own. */
export function directLine(person: PersonKey, tenant: TenantId): ConversationAddress {
  const [platform = "", organisation = "", ...user] = person.split(":");
  const channel = user.join(":");
  const own = tenant.split("-", 1)[0] === platform ? tenant : asTenantId(`${platform}-${organisation}`);
  return { platform, tenant: own, kind: "dm", channel, thread: `~${channel}` };
}

export interface Conversation {
  readonly id: ConversationId;
  readonly tenant: TenantId;
  readonly address: ConversationAddress;
  /** Folder under `workspaces/<tenant>/`. */
  readonly workspace: string;
  readonly muted: boolean;
  readonly createdAt: number;
}
