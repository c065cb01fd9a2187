// Saying, changing and deleting messages: what is kept. Whoever does it announces it (delivery/announce.ts).

import { randomBytes, randomUUID } from "node:crypto";
import type { FakeFile, FakeMessage, Shape } from "../types.ts";
import { type Channel, threadKey, type World } from "./world.ts";

export interface Draft {
  readonly user: string;
  readonly botId?: string | undefined;
  readonly text: string;
  readonly blocks?: readonly Shape[] | undefined;
  readonly thread?: string | undefined;
  readonly metadata?: Shape | undefined;
  readonly files?: readonly FakeFile[] | undefined;
  readonly broadcast?: boolean;
  readonly unfurl?: { readonly links: boolean; readonly media: boolean };
}

export function addMessage(world: World, channel: Channel, draft: Draft): FakeMessage {
  const ts = world.nextTs();
  const message: FakeMessage = {
    channel: channel.id,
    ts,
    thread_ts: draft.thread,
    user: draft.user,
    bot_id: draft.botId,
    client_msg_id: draft.botId === undefined ? randomUUID() : undefined,
    subtype: subtypeOf(draft),
    text: draft.text,
    blocks: withBlockIds(draft.blocks ?? []),
    metadata: draft.metadata,
    files: draft.files ?? [],
    edits: [],
    reactions: [],
    broadcast: draft.broadcast ?? false,
    unfurl: draft.unfurl ?? { links: true, media: true },
    deleted: false,
    at: world.clock.now(),
  };
  channel.messages.push(message);
  for (const file of message.files) file.sharedIn.push(channel.id);
  if (draft.botId !== undefined) world.assistantLines.delete(threadKey(channel.id, draft.thread ?? ts));
  world.changed();
  return message;
}

function subtypeOf(draft: Draft): string | undefined {
  if (draft.files !== undefined && draft.files.length > 0) return "file_share";
  return draft.broadcast ? "thread_broadcast" : undefined;
}

export function changeMessage(
  world: World,
  message: FakeMessage,
  change: { readonly text?: string; readonly blocks?: readonly Shape[]; readonly metadata?: Shape },
): void {
  message.edits.push({ text: message.text, blocks: message.blocks, at: world.clock.now() });
  if (change.text !== undefined) message.text = change.text;
  if (change.blocks !== undefined) message.blocks = withBlockIds(change.blocks);
  if (change.metadata !== undefined) {
    message.metadata = Object.keys(change.metadata).length > 0 ? change.metadata : undefined;
  }
  world.changed();
}

/** A message with answers stays as a tombstone; the others are gone. */
export function deleteMessage(world: World, channel: Channel, message: FakeMessage): "gone" | "tombstone" {
  const answered = repliesTo(channel, message.ts).length > 0;
  if (answered) {
    changeMessage(world, message, { text: "This message was deleted.", blocks: [] });
    message.subtype = "tombstone";
  } else {
    message.deleted = true;
  }
  world.changed();
  return answered ? "tombstone" : "gone";
}

export function repliesTo(channel: Channel, ts: string): FakeMessage[] {
  return channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts && !one.deleted);
}

export function threadOf(channel: Channel, ts: string): FakeMessage[] {
  return channel.messages.filter((one) => (one.ts === ts || one.thread_ts === ts) && !one.deleted);
}

/** Slack gives every block an id that has none. */
export function withBlockIds(blocks: readonly Shape[]): readonly Shape[] {
  return blocks.map((block) => ({
    ...block,
    block_id: block["block_id"] ?? randomBytes(3).toString("base64url"),
  }));
}
