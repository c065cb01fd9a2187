// chat.*, reactions.add and the status line of a thread.

import { announceChange, announceDeletion, announceMessage } from "../delivery/announce.ts";
import { lengthOf } from "../shape.ts";
import { addMessage, changeMessage, deleteMessage, withBlockIds } from "../state/messages.ts";
import { wireMessage } from "../state/wire.ts";
import { messageAt } from "../state/world.ts";
import type { FakeMessage, Shape } from "../types.ts";
import {
  argument,
  blocksIn,
  type Call,
  channelIn,
  flag,
  type Method,
  metadataIn,
  mustBeMember,
  needed,
  ownMessage,
  SlackRefusal,
  threadIn,
} from "./method.ts";
import { onePerSecond, tier3 } from "./rate-limits.ts";

export const chatMethods: Readonly<Record<string, Method>> = {
  "chat.postMessage": { token: "bot", scope: "chat:write", limit: onePerSecond, perChannel: true, run: post },
  "chat.postEphemeral": {
    token: "bot",
    scope: "chat:write",
    limit: { capacity: 100, perSecond: 100 / 60 },
    run: whisper,
  },
  "chat.update": { token: "bot", scope: "chat:write", limit: tier3, run: update },
  "chat.getPermalink": { token: "bot", limit: tier3, run: permalink },
  "chat.delete": { token: "bot", scope: "chat:write", limit: tier3, run: remove },
  "reactions.add": { token: "bot", scope: "reactions:write", limit: tier3, run: react },
  "reactions.remove": { token: "bot", scope: "reactions:write", limit: tier3, run: unreact },
};

function permalink(call: Call): Shape {
  const channel = channelIn(call);
  const ts = needed(call, "message_ts");
  if (!messageAt(call.world, channel.id, ts)) throw new SlackRefusal("message_not_found");
  const permalink = `https://workspace.slack.com/archives/${channel.id}/p${ts.replace(".", "")}`;
  return { channel: channel.id, permalink };
}

interface Words {
  readonly text: string | undefined;
  readonly blocks: readonly Shape[] | undefined;
}

/** What is to be said, or a refusal. `markdown_text` becomes a block of that kind. */
function words(call: Call, longest: number): Words {
  const markdown = argument(call, "markdown_text");
  const text = argument(call, "text");
  if (markdown !== undefined) {
    if (text !== undefined || call.args["blocks"] !== undefined)
      throw new SlackRefusal("markdown_text_conflict");
    if (lengthOf(markdown) > 12_000) throw new SlackRefusal("msg_too_long");
    return { text: markdown, blocks: [{ type: "markdown", text: markdown }] };
  }
  const blocks = blocksIn(call);
  if (text !== undefined && lengthOf(text) > longest) throw new SlackRefusal("msg_too_long");
  const silent = (text ?? "").trim() === "" && (blocks ?? []).length === 0;
  if (silent && call.args["attachments"] === undefined) throw new SlackRefusal("no_text");
  return { text, blocks };
}

async function post(call: Call): Promise<Shape> {
  const channel = channelIn(call);
  mustBeMember(call, channel);
  const { text, blocks } = words(call, 40_000);
  const message = addMessage(call.world, channel, {
    user: call.team.botUserId,
    botId: call.team.botId,
    text: text ?? "",
    blocks,
    thread: threadIn(call),
    metadata: metadataIn(call),
    broadcast: flag(call, "reply_broadcast") ?? false,
    unfurl: { links: flag(call, "unfurl_links") ?? false, media: flag(call, "unfurl_media") ?? true },
  });
  void announceMessage(call.hub, channel, message);
  return { channel: channel.id, ts: message.ts, message: shown(call, message) };
}

function shown(call: Call, message: FakeMessage): Shape {
  return { ...wireMessage(call.world, message), ...(message.metadata ? { metadata: message.metadata } : {}) };
}

function whisper(call: Call): Shape {
  const channel = channelIn(call);
  mustBeMember(call, channel);
  const user = needed(call, "user");
  if (!channel.members.has(user)) throw new SlackRefusal("user_not_in_channel");
  const { text, blocks } = words(call, 40_000);
  const ts = call.world.nextTs();
  call.world.ephemerals.push({
    channel: channel.id,
    user,
    ts,
    thread_ts: threadIn(call),
    text: text ?? "",
    blocks: withBlockIds(blocks ?? []),
    shown: channel.type !== "im",
    deleted: false,
  });
  return { message_ts: ts };
}

function update(call: Call): Shape {
  const channel = channelIn(call);
  const message = ownMessage(call, channel, "cant_update_message");
  const { text, blocks } = words(call, 4000);
  const metadata = metadataIn(call);
  const before = wireMessage(call.world, message);
  changeMessage(call.world, message, {
    ...(text === undefined ? {} : { text, blocks: [] }),
    ...(blocks === undefined ? {} : { blocks }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  void announceChange(call.hub, channel, { message, before });
  return { channel: channel.id, ts: message.ts, text: message.text, message: shown(call, message) };
}

function remove(call: Call): Shape {
  const channel = channelIn(call);
  const message = ownMessage(call, channel, "cant_delete_message");
  const before = wireMessage(call.world, message);
  const how = deleteMessage(call.world, channel, message);
  void announceDeletion(call.hub, channel, { message, before, how });
  return { channel: channel.id, ts: message.ts };
}

function react(call: Call): Shape {
  const { message, name, own } = reaction(call);
  if (own) throw new SlackRefusal("already_reacted");
  message.reactions.push({ name, user: call.team.botUserId });
  return {};
}

function unreact(call: Call): Shape {
  const { message, own } = reaction(call);
  if (!own) throw new SlackRefusal("no_reaction");
  message.reactions.splice(message.reactions.indexOf(own), 1);
  return {};
}

function reaction(call: Call) {
  const channel = channelIn(call);
  const name = needed(call, "name");
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new SlackRefusal("invalid_name");
  const message = messageAt(call.world, channel.id, needed(call, "timestamp"));
  if (!message) throw new SlackRefusal("message_not_found");
  const own = message.reactions.find((one) => one.name === name && one.user === call.team.botUserId);
  return { message, name, own };
}
