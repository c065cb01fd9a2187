// The interactive payloads of Slack: block_actions, view_submission, view_closed, message_action, shortcut, and the form of a command.

import { ids } from "../ids.ts";
import { wireView } from "../state/views.ts";
import { wireMessage } from "../state/wire.ts";
import { channelOf, teamOf, type World } from "../state/world.ts";
import type { Clickable, FakeMessage, FakePerson, FakeView, Shape } from "../types.ts";
import { blocksOf } from "./elements.ts";

const noEnterprise = { enterprise: null, is_enterprise_install: false };

export function blockActions(world: World, person: FakePerson, on: Clickable, action: Shape): Shape {
  const place = "view" in on ? viewPlace(world, on) : messagePlace(world, person, on);
  const { team, ...rest } = place;
  return {
    type: "block_actions",
    user: userOf(person),
    api_app_id: ids.app,
    token: "verification-token",
    trigger_id: newTrigger(world, person.id, "view" in on ? on.id : undefined),
    team: teamFields(world, team),
    ...noEnterprise,
    state: { values: valuesWith(on, action) },
    ...rest,
    actions: [{ ...action, action_ts: world.nextTs() }],
  };
}

function viewPlace(world: World, on: FakeView) {
  return {
    team: ids.team,
    container: { type: "view", view_id: on.id },
    view: wireView(on, teamOf(world, ids.team)),
  };
}

function messagePlace(world: World, person: FakePerson, on: Exclude<Clickable, FakeView>) {
  const channel = channelOf(world, on.channel);
  const ephemeral = "shown" in on;
  const container = {
    type: "message",
    message_ts: on.ts,
    channel_id: on.channel,
    is_ephemeral: ephemeral,
    ...(on.thread_ts === undefined ? {} : { thread_ts: on.thread_ts }),
  };
  return {
    team: channel.team,
    container,
    channel: { id: channel.id, name: channel.name },
    ...(ephemeral ? {} : { message: wireMessage(world, on) }),
    response_url: newResponseUrl(world, person.id, {
      channel: on.channel,
      message: on.ts,
      thread: on.thread_ts,
    }),
  };
}

/** Buttons have no state; menus of messages have. */
function valuesWith(on: Clickable, action: Shape): Shape {
  const { type, block_id, action_id, text: _, value: __, placeholder: ___, ...chosen } = action;
  const known = blocksOf(on).some((block) => block["block_id"] === block_id);
  if (!known || Object.keys(chosen).length === 0 || type === "button") return {};
  return { [String(block_id)]: { [String(action_id)]: { type, ...chosen } } };
}

export function viewSubmission(world: World, person: FakePerson, view: FakeView, values: Shape): Shape {
  return {
    type: "view_submission",
    ...viewFields(world, person, view, values),
    trigger_id: newTrigger(world, person.id, view.id),
    response_urls: [],
  };
}

export function viewClosed(world: World, person: FakePerson, view: FakeView): Shape {
  return { type: "view_closed", ...viewFields(world, person, view, {}), is_cleared: false };
}

function viewFields(world: World, person: FakePerson, view: FakeView, values: Shape): Shape {
  return {
    team: teamFields(world, ids.team),
    user: userOf(person),
    api_app_id: ids.app,
    token: "verification-token",
    view: wireView(view, teamOf(world, ids.team), values),
    ...noEnterprise,
  };
}

export function messageAction(
  world: World,
  person: FakePerson,
  message: FakeMessage,
  callbackId: string,
): Shape {
  const channel = channelOf(world, message.channel);
  return {
    type: "message_action",
    token: "verification-token",
    action_ts: world.nextTs(),
    team: teamFields(world, channel.team),
    user: userOf(person),
    channel: { id: channel.id, name: channel.name },
    ...noEnterprise,
    callback_id: callbackId,
    trigger_id: newTrigger(world, person.id),
    response_url: newResponseUrl(world, person.id, {
      channel: channel.id,
      message: message.ts,
      thread: message.thread_ts,
    }),
    message_ts: message.ts,
    message: wireMessage(world, message),
  };
}

export function globalShortcut(world: World, person: FakePerson, callbackId: string): Shape {
  return {
    type: "shortcut",
    token: "verification-token",
    action_ts: world.nextTs(),
    team: teamFields(world, ids.team),
    user: userOf(person),
    ...noEnterprise,
    callback_id: callbackId,
    trigger_id: newTrigger(world, person.id),
  };
}

export function slashCommand(
  world: World,
  person: FakePerson,
  it: { readonly command: string; readonly text: string; readonly channel: string },
): Shape {
  const channel = channelOf(world, it.channel);
  return {
    token: "verification-token",
    team_id: channel.team,
    team_domain: teamOf(world, channel.team).domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: person.id,
    user_name: person.name,
    command: it.command,
    text: it.text,
    api_app_id: ids.app,
    is_enterprise_install: "false",
    response_url: newResponseUrl(world, person.id, {
      channel: channel.id,
      message: undefined,
      thread: undefined,
    }),
    trigger_id: newTrigger(world, person.id),
  };
}

function userOf(person: FakePerson): Shape {
  return { id: person.id, username: person.name, name: person.name, team_id: person.team };
}

function teamFields(world: World, id: string): Shape {
  const { domain } = teamOf(world, id);
  return { id, domain };
}

function newTrigger(world: World, user: string, view?: string): string {
  const id = `${world.nextId("")}.${ids.team}.trigger`;
  world.triggers.set(id, { user, at: world.clock.now(), view, used: false });
  return id;
}

function newResponseUrl(
  world: World,
  user: string,
  place: {
    readonly channel: string;
    readonly message: string | undefined;
    readonly thread: string | undefined;
  },
): string {
  const id = world.nextId("R");
  world.responseUrls.set(id, { user, ...place, at: world.clock.now(), uses: 0 });
  return `${world.url}/actions/${ids.team}/${id}`;
}
