// A person at the keyboard: what they do becomes state first, then deliveries.
//
//   P1  Each act resolves after the first attempt of each of its deliveries.
//   P2  Nobody does what Slack's clients would not let them do; that throws.

import { mimetypeOf } from "../api/file-methods.ts";
import { announceChange, announceDeletion, announceMessage } from "../delivery/announce.ts";
import { ids } from "../ids.ts";
import type { Hub } from "../state/hub.ts";
import { addMessage, changeMessage, deleteMessage } from "../state/messages.ts";
import { dmOf } from "../state/starting-world.ts";
import { wireView } from "../state/views.ts";
import { wireMessage } from "../state/wire.ts";
import { channelOf, personOf, teamOf, threadKey, type World } from "../state/world.ts";
import type { FakeFile, FakeMessage, FakeView, PersonDriver, SayOptions, SentFile, Shape } from "../types.ts";
import { clicked, picked } from "./elements.ts";
import { valuesFor } from "./modal-values.ts";
import {
  blockActions,
  globalShortcut,
  messageAction,
  slashCommand,
  viewClosed,
  viewSubmission,
} from "./payloads.ts";
import { afterCommand, afterSubmission } from "./responses.ts";

export function personDriver(hub: Hub, id: string): PersonDriver {
  const { world } = hub;
  const person = personOf(world, id);
  const act = (payload: Shape) => hub.deliver.interactive(payload);
  const says = (channel: string, text: string, options: SayOptions = {}) =>
    say(hub, { user: id, channel, text }, options);
  const opens = async (tab: "home" | "messages"): Promise<void> => {
    const dm = channelOf(world, dmOf(id));
    const home = world.homes.get(id);
    await hub.tell(dm, {
      type: "app_home_opened",
      user: id,
      channel: dm.id,
      tab,
      ...(world.contexts.has(id) ? { context: world.contexts.get(id) } : {}),
      ...(tab === "home" && home ? { view: wireView(home, teamOf(world, dm.team)) } : {}),
      event_ts: world.nextTs(),
    });
  };
  return {
    id,
    dm: dmOf(id),
    says,
    mentions: (channel, text, options) => says(channel, `<@${botOf(world, channel)}> ${text}`, options),
    edits: (message, text) => edit(hub, id, message, text),
    deletes: (message) => remove(hub, id, message),
    reacts: (message, emoji) => react(hub, id, message, emoji),
    clicks: (on, button) => act(blockActions(world, person, on, clicked(on, button))),
    picks: (on, menu, option) => act(blockActions(world, person, on, picked(on, menu, [option].flat()))),
    modal: () => modalOf(world, id),
    async submitsModal(filled = {}) {
      const view = topModal(world, id);
      const done = await act(viewSubmission(world, person, view, valuesFor(view, filled)));
      afterSubmission(world, view, done);
      return done;
    },
    async closesModal() {
      const view = topModal(world, id);
      view.open = false;
      world.changed();
      if (view.view["notify_on_close"] === true) await act(viewClosed(world, person, view));
    },
    opensHome: () => opens("home"),
    opensMessages: () => opens("messages"),
    async slash(command, text, channel) {
      const done = await hub.deliver.command(slashCommand(world, person, { command, text, channel }));
      if (!done.warned) afterCommand(hub, { user: id, channel }, done.body);
      return done;
    },
    shortcut: (message, callbackId) => act(messageAction(world, person, message, callbackId)),
    globalShortcut: (callbackId) => act(globalShortcut(world, person, callbackId)),
    stops: (message) => stop(hub, id, message),
    looksAt: (...entities) => look(hub, id, entities),
    invites: (channel) => invite(hub, id, channel),
  };
}

function botOf(world: World, channel: string): string {
  return teamOf(world, channelOf(world, channel).team).botUserId;
}

function modalOf(world: World, user: string): FakeView | undefined {
  return world.views.findLast((one) => one.user === user && one.open);
}

function topModal(world: World, user: string): FakeView {
  const view = modalOf(world, user);
  if (!view) throw new Error(`No modal is open for ${user}`);
  return view;
}

export async function say(
  hub: Hub,
  words: { readonly user: string; readonly channel: string; readonly text: string; readonly botId?: string },
  options: SayOptions = {},
): Promise<FakeMessage> {
  const { world } = hub;
  const channel = channelOf(world, words.channel);
  if (!channel.members.has(words.user)) throw new Error(`${words.user} is no member of ${channel.id}`);
  const message = addMessage(world, channel, {
    user: words.user,
    botId: words.botId,
    text: words.text,
    thread: options.thread,
    files: (options.files ?? []).map((file) => keep(world, words.user, file)),
    broadcast: options.broadcast ?? false,
  });
  await announceMessage(hub, channel, message);
  return message;
}

function keep(world: World, user: string, sent: SentFile): FakeFile {
  const file: FakeFile = {
    id: world.nextId("F"),
    name: sent.name,
    title: sent.name,
    mimetype: sent.mimetype ?? mimetypeOf(sent.name),
    content: Buffer.from(sent.content),
    user,
    created: world.clock.now(),
    pending: false,
    sharedIn: [],
  };
  world.files.set(file.id, file);
  return file;
}

async function edit(hub: Hub, user: string, message: FakeMessage, text: string): Promise<void> {
  if (message.user !== user) throw new Error("People edit their own messages only");
  const before = wireMessage(hub.world, message);
  changeMessage(hub.world, message, { text });
  await announceChange(hub, channelOf(hub.world, message.channel), { message, before });
}

async function remove(hub: Hub, user: string, message: FakeMessage): Promise<void> {
  if (message.user !== user) throw new Error("People delete their own messages only");
  const channel = channelOf(hub.world, message.channel);
  const before = wireMessage(hub.world, message);
  const how = deleteMessage(hub.world, channel, message);
  await announceDeletion(hub, channel, { message, before, how });
}

async function react(hub: Hub, user: string, message: FakeMessage, emoji: string): Promise<void> {
  message.reactions.push({ name: emoji, user });
  hub.world.changed();
  await hub.tell(channelOf(hub.world, message.channel), {
    type: "reaction_added",
    user,
    reaction: emoji,
    item: { type: "message", channel: message.channel, ts: message.ts },
    item_user: message.user,
    event_ts: hub.world.nextTs(),
  });
}

async function stop(
  hub: Hub,
  user: string,
  { channel, ts, thread_ts }: Pick<FakeMessage, "channel" | "ts" | "thread_ts">,
): Promise<void> {
  const thread = thread_ts ?? ts;
  const session = hub.world.sessions.get(threadKey(channel, thread));
  if (session?.status !== "processing") {
    throw new Error(
      `No Stop is shown in ${channel} ${thread}: the session is ${session?.status ?? "not there"}`,
    );
  }
  await hub.tell(channelOf(hub.world, channel), {
    type: "agent_session_stopped",
    channel,
    user,
    thread_ts: thread,
    streaming_message_ts: [],
    event_ts: hub.world.nextTs(),
  });
}

/** Slack says so when it changes, and again with each message to the agent and each opening of its tab. */
async function look(hub: Hub, user: string, entities: readonly Shape[]): Promise<void> {
  const context = entities.length === 0 ? {} : { entities };
  hub.world.contexts.set(user, context);
  const dm = channelOf(hub.world, dmOf(user));
  await hub.tell(dm, {
    type: "app_context_changed",
    user,
    channel: dm.id,
    context,
    event_ts: hub.world.nextTs(),
  });
}

/** The app itself into a channel. */
async function invite(hub: Hub, user: string, id: string): Promise<void> {
  const channel = channelOf(hub.world, id);
  const bot = botOf(hub.world, id);
  channel.members.add(bot);
  await hub.tell(channel, {
    type: "member_joined_channel",
    user: bot,
    channel: id,
    channel_type: channel.type === "channel" ? "C" : "G",
    team: channel.team,
    inviter: user,
    event_ts: hub.world.nextTs(),
  });
}

/** A bot that is not ours. */
export function robotSays(
  hub: Hub,
  channel: string,
  text: string,
  options?: SayOptions,
): Promise<FakeMessage> {
  return say(hub, { user: ids.robot, botId: "B0ROBOT", channel, text }, options);
}
