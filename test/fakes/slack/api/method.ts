// What a method of the Web API is made of: which token it wants, how often it may be called, what it does.

import { isShape, shapesOf, textOf } from "../shape.ts";
import type { Hub } from "../state/hub.ts";
import { type Channel, messageAt, type Team, type World } from "../state/world.ts";
import type { Bucket, FakeMessage, Shape } from "../types.ts";
import { markdownLength, problemsOf, type Surface } from "./block-rules.ts";

export interface Method {
  /** `none` needs no token at all. */
  readonly token: "bot" | "app" | "none";
  readonly scope?: string;
  readonly limit?: Bucket;
  /** The limit counts per channel, not per workspace. */
  readonly perChannel?: true;
  run(call: Call): Shape | Promise<Shape>;
}

export interface Call {
  readonly hub: Hub;
  readonly world: World;
  /** Whose token it is; the first team where the method needs none. */
  readonly team: Team;
  readonly args: Shape;
}

/** Answered as `{ok: false, error, …more}`. */
export class SlackRefusal extends Error {
  readonly error: string;
  readonly more: Shape;

  constructor(error: string, more: Shape = {}) {
    super(error);
    this.error = error;
    this.more = more;
  }
}

export function argument(call: Call, name: string): string | undefined {
  const value = call.args[name];
  return typeof value === "number" ? String(value) : textOf(value);
}

/** The argument, which has to be there. */
export function needed(call: Call, name: string): string {
  const value = argument(call, name);
  if (value === undefined || value === "") {
    throw new SlackRefusal("invalid_arguments", {
      response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
    });
  }
  return value;
}

export function flag(call: Call, name: string): boolean | undefined {
  const value = call.args[name];
  if (value === undefined) return undefined;
  return value === true || value === "true" || value === "1" || value === 1;
}

/** The channel that the app may see. A user's id stands for the direct messages with them. */
export function channelIn(call: Call, name = "channel"): Channel {
  const id = needed(call, name);
  const { world, team } = call;
  const channel =
    world.channels.get(id) ??
    [...world.channels.values()].find(
      (one) => one.type === "im" && one.team === team.id && one.members.has(id),
    );
  const hidden = channel && channel.type !== "channel" && !channel.members.has(team.botUserId);
  if (!channel || channel.team !== team.id || hidden) throw new SlackRefusal("channel_not_found");
  return channel;
}

const kinds = { channel: "channels", group: "groups", im: "im", mpim: "mpim" } as const;

/** Reading a channel wants the scope of its kind. */
export function mustHaveScope(call: Call, channel: Channel, right: "history" | "read"): void {
  const scope = `${kinds[channel.type]}:${right}`;
  const scopes = call.hub.options.scopes ?? [];
  if (!scopes.includes(scope))
    throw new SlackRefusal("missing_scope", { needed: scope, provided: scopes.join(",") });
}

export function mustBeMember(call: Call, channel: Channel): void {
  if (channel.archived) throw new SlackRefusal("is_archived");
  if (!channel.members.has(call.team.botUserId)) throw new SlackRefusal("not_in_channel");
}

export function ownMessage(call: Call, channel: Channel, refusal: string): FakeMessage {
  const message = messageAt(call.world, channel.id, needed(call, "ts"));
  if (!message || message.subtype === "tombstone") throw new SlackRefusal("message_not_found");
  if (message.bot_id !== call.team.botId) throw new SlackRefusal(refusal);
  return message;
}

/** The blocks of the call, which keep to Slack's limits; undefined where there are none. */
export function blocksIn(call: Call, surface: Surface = "message"): readonly Shape[] | undefined {
  const { blocks } = call.args;
  if (blocks === undefined) return undefined;
  refuseBadBlocks(blocks, surface);
  const list = shapesOf(blocks);
  if (markdownLength(list) > 12_000) throw new SlackRefusal("msg_blocks_too_long");
  return list;
}

export function refuseBadBlocks(blocks: unknown, surface: Surface, error = "invalid_blocks"): void {
  const problems = problemsOf(blocks, surface);
  if (problems.length === 0) return;
  const errors = problems.map(({ pointer, message }) => `${message} [json-pointer:${pointer}]`);
  throw new SlackRefusal(error, {
    errors,
    response_metadata: { messages: errors.map((line) => `[ERROR] ${line}`) },
  });
}

export function metadataIn(call: Call): Shape | undefined {
  const { metadata } = call.args;
  if (metadata === undefined) return undefined;
  if (!isShape(metadata)) throw new SlackRefusal("invalid_metadata_format");
  if (Object.keys(metadata).length === 0) return metadata;
  if (textOf(metadata["event_type"]) === undefined || !isShape(metadata["event_payload"])) {
    throw new SlackRefusal("invalid_metadata_schema");
  }
  if (JSON.stringify(metadata).length > 8000) throw new SlackRefusal("metadata_too_large");
  return { event_type: metadata["event_type"], event_payload: metadata["event_payload"] };
}

export function threadIn(call: Call): string | undefined {
  const thread = argument(call, "thread_ts");
  if (thread === undefined || thread === "") return undefined;
  if (!/^\d{10}\.\d{6}$/.test(thread)) throw new SlackRefusal("invalid_thread_ts");
  return thread;
}
