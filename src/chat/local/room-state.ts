// The room as the records tell it. Holds no file and no clock; the same records give the same room.

import type { PersonKey } from "../../domain/ids.ts";
import { type HeardRecord, heardTypes, type LocalFile, type LocalRecord } from "./records.ts";
import type {
  Delivery,
  LocalContent,
  LocalMessage,
  LocalMetadata,
  MessageChange,
  RoomEvent,
  SessionStatus,
} from "./room.ts";

interface PendingDelivery {
  readonly record: HeardRecord;
  readonly state: Exclude<Delivery, "delivered">;
}

type Change =
  | { readonly seq: number; readonly at: number; readonly message: string; readonly change: MessageChange }
  | { readonly seq: number; readonly at: number; readonly thread: string };

export interface RoomState {
  seq: number;
  readonly messages: Map<string, LocalMessage>;
  readonly byKey: Map<string, string>;
  readonly files: Map<string, { readonly file: LocalFile; readonly message: string }>;
  readonly statuses: Map<string, { readonly channel: string; readonly status: SessionStatus }>;
  readonly pending: Map<string, PendingDelivery>;
  readonly changes: Change[];
}

export function emptyRoom(): RoomState {
  return {
    seq: 0,
    messages: new Map(),
    byKey: new Map(),
    files: new Map(),
    statuses: new Map(),
    pending: new Map(),
    changes: [],
  };
}

/** In place of the thread, of a post that begins one. */
export const newThread = "";

/** Where a post with this key in this thread is remembered. */
export function keyPlace(channel: string, thread: string, key: string): string {
  return JSON.stringify([channel, thread, key]);
}

/** Takes the record in and says what changed for those who watch. */
export function applyRecord(room: RoomState, record: LocalRecord): RoomEvent | undefined {
  room.seq = record.seq;
  if (isHeard(record)) room.pending.set(record.event, { record, state: "sending" });
  const change = changeOf(room, record);
  if (change !== undefined) room.changes.push(change);
  return change && eventOf(room, change);
}

/** What changed after `since`: each message and status once, as it is now. */
export function changesAfter(room: RoomState, since: number): readonly RoomEvent[] {
  const latest = new Map<string, Change>();
  for (const change of room.changes) {
    if (change.seq <= since) continue;
    const id = "message" in change ? change.message : change.thread;
    const place = "message" in change ? `message ${id}` : `status ${id}`;
    latest.delete(place); // moves it to the end
    latest.set(place, change);
  }
  return [...latest.values()].flatMap((change) => eventOf(room, change) ?? []);
}

function eventOf(room: RoomState, change: Change): RoomEvent | undefined {
  const { seq, at } = change;
  if ("message" in change) {
    const message = room.messages.get(change.message);
    return message && { seq, at, kind: "message", change: change.change, message };
  }
  const status = room.statuses.get(change.thread);
  return status && { seq, at, kind: "status", thread: change.thread, ...status };
}

function changeOf(room: RoomState, record: LocalRecord): Change | undefined {
  const { seq, at } = record;
  switch (record.type) {
    case "said":
    case "posted":
      add(room, record);
      return { seq, at, message: record.message, change: "posted" };
    case "reworded":
      replace(room, record.message, (message) => ({
        ...message,
        editedAt: at,
        content: { kind: "text", author: record.author, text: record.text },
      }));
      return { seq, at, message: record.message, change: "edited" };
    case "edited":
      replace(room, record.message, (message) => ({
        ...message,
        editedAt: at,
        content: deputyContent(message, record.body),
      }));
      return { seq, at, message: record.message, change: "edited" };
    case "removed":
      replace(room, record.message, (message) => withoutContent(message, record.author));
      return { seq, at, message: record.message, change: "removed" };
    case "reacted":
      replace(room, record.message, (message) => ({
        ...message,
        reactions: [...new Set([...message.reactions, record.emoji])],
      }));
      return { seq, at, message: record.message, change: "reacted" };
    case "status":
      room.statuses.set(record.thread, { channel: record.channel, status: record.status });
      return { seq, at, thread: record.thread };
    case "clicked":
    case "delivered":
    case "undelivered":
      return deliveryChange(room, record);
    default:
      return record satisfies never;
  }
}

function deliveryChange(
  room: RoomState,
  record: Extract<LocalRecord, { readonly type: "clicked" | "delivered" | "undelivered" }>,
): Change | undefined {
  const pending = room.pending.get(record.event);
  if (pending === undefined) return undefined;
  if (record.type === "delivered") room.pending.delete(record.event);
  if (record.type === "undelivered") room.pending.set(record.event, { ...pending, state: "undelivered" });
  const id = pending.record.message;
  const before = room.messages.get(id)?.delivery;
  replace(room, id, (message) => message);
  if (room.messages.get(id)?.delivery === before) return undefined;
  return { seq: record.seq, at: record.at, message: id, change: "delivery" };
}

function deliveryOf(room: RoomState, message: string): Delivery {
  const open = [...room.pending.values()].filter((pending) => pending.record.message === message);
  if (open.some((pending) => pending.state === "undelivered")) return "undelivered";
  return open.length > 0 ? "sending" : "delivered";
}

function add(room: RoomState, record: Extract<LocalRecord, { readonly type: "said" | "posted" }>): void {
  const { message, channel, thread, seq, at, files } = record;
  const whispered = record.type === "posted" && record.to !== undefined ? { to: record.to } : {};
  const base = {
    id: message,
    seq,
    channel,
    thread,
    sentAt: at,
    removed: false,
    files,
    reactions: [],
    ...whispered,
  };
  const content: LocalContent =
    record.type === "said"
      ? { kind: "text", author: record.author, text: record.text }
      : { kind: "deputy", body: record.body, ...metadata(record.key, record.body) };
  room.messages.set(message, {
    ...base,
    content,
    delivery: record.type === "said" ? "sending" : "delivered",
  });
  for (const file of files) room.files.set(file.id, { file, message });
  if (record.type === "posted" && record.key !== undefined) {
    room.byKey.set(keyPlace(channel, thread, record.key), message);
    if (message === thread) room.byKey.set(keyPlace(channel, newThread, record.key), message);
  }
}

function metadata(key: string | undefined, body: LocalContentBody): { metadata?: LocalMetadata } {
  if (key === undefined) return {};
  const run = body.kind === "card" ? { run: body.run } : {};
  return { metadata: { event_type: "deputy", event_payload: { key, ...run, kind: body.kind } } };
}

type LocalContentBody = Extract<LocalContent, { readonly kind: "deputy" }>["body"];

function deputyContent({ content }: LocalMessage, body: LocalContentBody): LocalContent {
  const kept = content.kind === "deputy" && content.metadata ? { metadata: content.metadata } : {};
  return { kind: "deputy", body, ...kept };
}

/** The place in the thread stays; text and files go. */
function withoutContent(message: LocalMessage, author: PersonKey): LocalMessage {
  return { ...message, removed: true, files: [], content: { kind: "text", author, text: "" } };
}

function replace(room: RoomState, id: string, change: (message: LocalMessage) => LocalMessage): void {
  const message = room.messages.get(id);
  if (message !== undefined) room.messages.set(id, { ...change(message), delivery: deliveryOf(room, id) });
}

function isHeard(record: LocalRecord): record is HeardRecord {
  return heardTypes.some((type) => type === record.type);
}
