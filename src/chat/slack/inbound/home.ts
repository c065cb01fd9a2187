// Under whose roof a delivery arrived, and where in it: the installation, its tenant, and addresses of conversations.
//
//   AD1  The tenant comes from the installation, never from what a payload claims.
//   AD2  All deliveries about one message give one address: its thread is `thread_ts`, or its own `ts`.
//   AD3  What has no thread (a slash command, a click in App Home) is at `~<user id>`.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import { asTenantId, type TenantId } from "../../../domain/ids.ts";
import type { Installation } from "../installations.ts";

export interface SlackHome {
  readonly installation: Installation;
  /** The workspace, and the organisation it is part of: people of these are members. */
  readonly teams: ReadonlySet<string>;
}

export interface SlackPlace {
  readonly channel: string;
  readonly thread: string;
  /** As in events: `channel`, `group`, `im`, `mpim`. */
  readonly channelType?: string | undefined;
  /** As in interactions: `directmessage`, `mpdm-…`, or the channel's name. */
  readonly channelName?: string | undefined;
}

export function tenantOf({ installation }: SlackHome): TenantId {
  return tenantIn(installation.teamId);
}

function tenantIn(team: string): TenantId {
  return asTenantId(`slack-${team}`);
}

export function addressOf(home: SlackHome, place: SlackPlace): ConversationAddress {
  const { channel, thread } = place;
  return { platform: "slack", tenant: tenantOf(home), kind: kindOf(place), channel, thread };
}

/** A private line to one person. Posting to a user id is posting to the direct messages with them. */
export function privateAddress({ installation }: SlackHome, user: string): ConversationAddress {
  return privateLine(installation.teamId, user);
}

export function privateLine(team: string, user: string): ConversationAddress {
  return { platform: "slack", tenant: tenantIn(team), kind: "dm", channel: user, thread: `~${user}` };
}

function kindOf({ channel, channelType, channelName }: SlackPlace): ConversationAddress["kind"] {
  if (channelType === "im" || channelType === "app_home" || channel.startsWith("D")) return "dm";
  if (channelType === "mpim" || channelName?.startsWith("mpdm-") === true) return "group";
  return "channel";
}

/** Milliseconds since the epoch. */
export function msOf(ts: string): number {
  return Math.floor(Number(ts) * 1_000);
}
