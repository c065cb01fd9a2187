// The forms in which Slack shows messages, files, people and channels: in answers and in events alike.

import { ids } from "../ids.ts";
import type { FakeFile, FakeMessage, FakePerson, Shape } from "../types.ts";
import { repliesTo, withBlockIds } from "./messages.ts";
import type { Channel, World } from "./world.ts";

/** Without its metadata, as everywhere but where it is asked for. */
export function wireMessage(world: World, message: FakeMessage): Shape {
  const bot = message.bot_id !== undefined;
  const person = world.people.get(message.user);
  return {
    user: message.user,
    type: "message",
    ts: message.ts,
    ...(message.subtype === undefined ? {} : { subtype: message.subtype }),
    ...(bot ? botFields(message) : { client_msg_id: message.client_msg_id }),
    text: message.text,
    team: person?.team ?? ids.team,
    ...threadFields(world, message),
    ...editedFields(message),
    blocks: message.blocks.length > 0 ? message.blocks : bot ? [] : typedBlocks(message.text),
    ...fileFields(world, message),
    ...(message.reactions.length > 0 ? { reactions: wireReactions(message) } : {}),
  };
}

function botFields(message: FakeMessage): Shape {
  const own = message.bot_id === ids.botId;
  const app = own ? ids.app : "A0ROBOT";
  return {
    bot_id: message.bot_id,
    app_id: app,
    bot_profile: {
      id: message.bot_id,
      app_id: app,
      name: own ? "Deputy" : "Robot",
      deleted: false,
      team_id: ids.team,
    },
  };
}

function threadFields(world: World, message: FakeMessage): Shape {
  const channel = world.channels.get(message.channel);
  if (message.thread_ts !== undefined && message.thread_ts !== message.ts) {
    const parent = channel?.messages.find((one) => one.ts === message.thread_ts);
    return { thread_ts: message.thread_ts, ...(parent ? { parent_user_id: parent.user } : {}) };
  }
  const replies = channel ? repliesTo(channel, message.ts) : [];
  if (replies.length === 0) return {};
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: [...new Set(replies.map((one) => one.user))],
    reply_users_count: new Set(replies.map((one) => one.user)).size,
    latest_reply: replies.at(-1)?.ts,
    is_locked: false,
    subscribed: true,
  };
}

/** Slack shows the mark only where words were changed, not blocks. */
function editedFields(message: FakeMessage): Shape {
  const last = message.edits.at(-1);
  if (!last || message.blocks.length > 0) return {};
  return { edited: { user: message.user, ts: `${Math.floor(last.at / 1000)}.000000` } };
}

function fileFields(world: World, message: FakeMessage): Shape {
  if (message.files.length === 0) return {};
  return { files: message.files.map((file) => wireFile(world, file)), upload: false, display_as_bot: false };
}

function wireReactions(message: FakeMessage): Shape[] {
  const names = [...new Set(message.reactions.map((one) => one.name))];
  return names.map((name) => {
    const users = message.reactions.filter((one) => one.name === name).map((one) => one.user);
    return { name, users, count: users.length };
  });
}

export function wireFile(world: World, file: FakeFile): Shape {
  const address = `${world.url}/files-pri/${ids.team}-${file.id}`;
  const created = Math.floor(file.created / 1000);
  return {
    id: file.id,
    created,
    timestamp: created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split(".").at(-1) ?? "",
    pretty_type: "File",
    user: file.user,
    user_team: world.people.get(file.user)?.team ?? ids.team,
    editable: false,
    size: file.content.length,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: `${address}/${encodeURIComponent(file.name)}`,
    url_private_download: `${address}/download/${encodeURIComponent(file.name)}`,
    media_display_type: "unknown",
    permalink: `${world.url}/files/${file.user}/${file.id}`,
    permalink_public: `${world.url}/${ids.team}-${file.id}`,
    channels: file.sharedIn,
    is_starred: false,
    has_rich_preview: false,
    file_access: "visible",
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
  };
}

export function wirePerson(person: FakePerson): Shape {
  return {
    id: person.id,
    team_id: person.team,
    name: person.name,
    deleted: person.deleted ?? false,
    real_name: person.realName,
    tz: person.tz,
    tz_label: person.tz,
    tz_offset: 0,
    profile: {
      real_name: person.realName,
      display_name: person.realName,
      team: person.team,
      email: `${person.name}@corp.example`,
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.restricted ?? false,
    is_ultra_restricted: person.ultraRestricted ?? false,
    is_bot: person.bot ?? false,
    is_app_user: false,
    updated: 1_700_000_000,
    ...(person.team === ids.team ? {} : { is_stranger: true }),
  };
}

export function wireChannel(channel: Channel, bot: string): Shape {
  const common = {
    id: channel.id,
    created: 1_700_000_000,
    is_archived: channel.archived,
    is_org_shared: false,
  };
  if (channel.type === "im") {
    const user = [...channel.members].find((one) => one !== bot);
    return { ...common, is_im: true, user, is_user_deleted: false };
  }
  return {
    ...common,
    name: channel.name,
    is_channel: channel.type === "channel",
    is_group: channel.type === "group",
    is_im: false,
    is_mpim: channel.type === "mpim",
    is_private: channel.type !== "channel",
    is_general: channel.id === ids.general,
    is_shared: channel.members.has(ids.stranger),
    is_ext_shared: channel.members.has(ids.stranger),
    is_member: channel.members.has(bot),
    num_members: channel.members.size,
    context_team_id: channel.team,
  };
}

/** The blocks that Slack's composer makes of what a person types. */
export function typedBlocks(text: string): readonly Shape[] {
  const elements = text
    .split(/(<@[A-Z0-9]+>)/)
    .filter((part) => part !== "")
    .map((part) => {
      const user = /^<@([A-Z0-9]+)>$/.exec(part)?.[1];
      return user === undefined ? { type: "text", text: part } : { type: "user", user_id: user };
    });
  return withBlockIds([{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }]);
}
