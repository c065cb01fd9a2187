// Which events the app is sent when something happens in a channel. Own posts come back too, as in Slack.

import type { Hub } from "../state/hub.ts";
import { wireMessage } from "../state/wire.ts";
import type { Channel } from "../state/world.ts";
import { teamOf } from "../state/world.ts";
import type { FakeMessage, Shape } from "../types.ts";

/** One mention is two deliveries: `app_mention` and `message`. */
export async function announceMessage(hub: Hub, channel: Channel, message: FakeMessage): Promise<void> {
  const wire = withoutCounts(wireMessage(hub.world, message));
  const event = { ...wire, channel: channel.id, event_ts: message.ts, channel_type: channel.type };
  const view = channel.type === "im" ? hub.world.contexts.get(message.user) : undefined;
  const seen = view === undefined ? {} : { app_context: view };
  const sent = [hub.tell(channel, { ...event, ...seen, ...foreign(hub, channel, message) })];
  if (mentions(hub, channel, message.text) && channel.type !== "im" && message.bot_id === undefined) {
    sent.push(hub.tell(channel, mention(event)));
  }
  await Promise.all(sent);
}

export async function announceChange(
  hub: Hub,
  channel: Channel,
  change: { readonly message: FakeMessage; readonly before: Shape },
): Promise<void> {
  const wire = wireMessage(hub.world, change.message);
  const ts = hub.world.nextTs();
  const sent = [
    hub.tell(channel, {
      type: "message",
      subtype: "message_changed",
      message: wire,
      previous_message: change.before,
      channel: channel.id,
      hidden: true,
      ts,
      event_ts: ts,
      channel_type: channel.type,
    }),
  ];
  const before = String(change.before["text"]);
  const added = mentions(hub, channel, change.message.text) && !mentions(hub, channel, before);
  if (added && channel.type !== "im" && change.message.bot_id === undefined) {
    sent.push(hub.tell(channel, mention({ ...wire, channel: channel.id, event_ts: ts })));
  }
  await Promise.all(sent);
}

export async function announceDeletion(
  hub: Hub,
  channel: Channel,
  it: { readonly message: FakeMessage; readonly before: Shape; readonly how: "gone" | "tombstone" },
): Promise<void> {
  if (it.how === "tombstone") return announceChange(hub, channel, it);
  const ts = hub.world.nextTs();
  await hub.tell(channel, {
    type: "message",
    subtype: "message_deleted",
    previous_message: it.before,
    channel: channel.id,
    hidden: true,
    deleted_ts: it.message.ts,
    ts,
    event_ts: ts,
    channel_type: channel.type,
  });
}

function mentions(hub: Hub, channel: Channel, text: string): boolean {
  return text.includes(`<@${teamOf(hub.world, channel.team).botUserId}>`);
}

function mention(event: Shape): Shape {
  const { channel_type: _, subtype: __, ...rest } = event;
  return { ...rest, type: "app_mention" };
}

/** What Slack adds where the author is of another workspace (Slack Connect). */
function foreign(hub: Hub, channel: Channel, message: FakeMessage): Shape {
  const person = hub.world.people.get(message.user);
  if (!person || person.team === channel.team) return {};
  return {
    user_team: person.team,
    source_team: person.team,
    user_profile: {
      name: person.name,
      first_name: person.realName,
      real_name: person.realName,
      display_name: person.realName,
      team: person.team,
      is_restricted: person.restricted ?? false,
      is_ultra_restricted: person.ultraRestricted ?? false,
    },
  };
}

/** A new message has no answers yet, whatever was said since. */
function withoutCounts(wire: Shape): Shape {
  const { reply_count: _, reply_users: __, reply_users_count: ___, latest_reply: ____, ...rest } = wire;
  return rest;
}
