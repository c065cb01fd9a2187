// The local chat as the agent uses it: a chat platform like any other.
//
//   LP1  A post is on disk, files first, before it has an id (I2).
//   LP2  The same key in the same thread is the same message, at once and after a restart (C2).
//   LP3  What is shown was made safe first (ST1, ST2).

import { isDeepStrictEqual } from "node:util";
import type { Ids } from "../../base/ids.ts";
import { type ConversationAddress, isAside, isUnbegun } from "../../domain/conversation.ts";
import type { Outgoing } from "../../domain/outbox.ts";
import type { ChatPlatform, FileContent } from "../contract.ts";
import { ChatError, type ChatErrorCode } from "../errors.ts";
import { safeOutgoing } from "../safe-outgoing.ts";
import {
  findLocalChannel,
  findLocalPerson,
  isMember,
  localChannels,
  localPeople,
  localPlatformName,
} from "./cast.ts";
import type { Deliveries } from "./deliveries.ts";
import type { FileShelf } from "./file-shelf.ts";
import type { Ledger } from "./ledger.ts";
import type { LocalMessage } from "./room.ts";
import { createLocalLive, type LocalLive } from "./live-words.ts";
import { keyPlace, newThread } from "./room-state.ts";
import { toAddress } from "./to-inbound.ts";

/** Most characters of one post, as on the strictest platform. */
const longestText = 12_000;
const emojiName = /^[a-z0-9_+-]{1,50}$/;

export interface LocalPlatformDeps {
  readonly ledger: Ledger;
  readonly shelf: FileShelf;
  readonly deliveries: Deliveries;
  readonly ids: Ids;
}

export function createLocalPlatform(deps: LocalPlatformDeps): ChatPlatform {
  const { ledger, deliveries } = deps;
  const live = createLocalLive(ledger);
  return {
    name: localPlatformName,
    capabilities: { readBack: true, reactions: true, sessionStatus: true, editIntervalMs: 250 },
    start: async (receive) => deliveries.start(receive),
    async stop() {
      await deliveries.stop();
      await ledger.close();
    },
    ...createSpeech(deps, live),
    live,
    linkTo: async ({ channel, thread }) => {
      const place = findLocalChannel(channel) ?? findLocalChannel(`dm-${channel}`);
      if (place === undefined) return undefined;
      return `/chat#/${place.id}${ledger.room.messages.has(thread) ? `/${thread}` : ""}`;
    },
    async react(at, messageId, emoji) {
      const found = requireMessage(ledger, at, messageId);
      if (!emojiName.test(emoji)) {
        throw failure(
          "chat.decoration_refused",
          `Could not react with "${emoji}": it is not the name of an emoji.`,
        );
      }
      if (!found.reactions.includes(emoji))
        await ledger.commit({ type: "reacted", message: messageId, emoji });
    },
    async setStatus(at, status) {
      requireThread(ledger, at);
      if (ledger.room.statuses.get(at.thread)?.status === status) return;
      await ledger.commit({ type: "status", channel: at.channel, thread: at.thread, status });
    },
    people: {
      standing: async (person) => (findLocalPerson(person) === undefined ? "absent" : "member"),
      async lineTo(person) {
        const line = localChannels.find(({ member }) => member === person);
        if (line === undefined) throw notFound(`Could not write to ${person}: nobody here has this key.`);
        return toAddress({ channel: line.id, thread: newThread });
      },
    },
    async audience({ channel }) {
      const known = findLocalChannel(channel);
      const people = localPeople.filter(({ key }) => known === undefined || isMember(known, key));
      const readers = people.map(({ name }) => ({ name, kind: "member" }) as const);
      return { count: readers.length, people: readers, open: false };
    },
    async download(file) {
      const known = ledger.room.files.get(file.ref);
      if (known === undefined) {
        throw failure("chat.file_gone", `Could not download ${file.name}: the chat has no file ${file.ref}.`);
      }
      return oneChunk(await deps.shelf.read(known.file));
    },
  };
}

type Speech = Pick<ChatPlatform, "post" | "edit" | "whisper" | "findByKey">;

function createSpeech(deps: LocalPlatformDeps, live: LocalLive): Speech {
  const { ledger } = deps;
  const posting = new Map<string, Promise<string>>();
  return {
    async post(given, { key, run }, message, files) {
      const at = begunAt(given);
      if (at.thread === newThread) requireChannel(at);
      else requireThread(ledger, at);
      requireSize(message);
      const place = keyPlace(at.channel, at.thread, key);
      const known = ledger.room.byKey.get(place) ?? posting.get(place);
      if (known !== undefined) return known;
      const posted = put(deps, { at, key, message, files }).finally(() => posting.delete(place));
      posting.set(place, posted);
      const id = await posted;
      live.said(at, run);
      return id;
    },
    async edit(given, messageId, message) {
      const at = begunAt(given);
      // What was posted to a line has a thread of its own, called by it.
      const found = requireMessage(
        ledger,
        at.thread === newThread ? { ...at, thread: messageId } : at,
        messageId,
      );
      requireSize(message);
      const body = safeOutgoing(message);
      if (found.content.kind !== "deputy") throw refused(`Could not edit ${messageId}: a person wrote it.`);
      if (isDeepStrictEqual(found.content.body, body)) return;
      await ledger.commit({ type: "edited", message: messageId, body });
    },
    async whisper(at, to, message) {
      requireThread(ledger, at);
      requireSize(message);
      if (findLocalPerson(to) === undefined)
        throw notFound(`Could not whisper to ${to}: nobody here has this key.`);
      const place = { channel: at.channel, thread: at.thread };
      const id = deps.ids.next("msg");
      await ledger.commit({
        type: "posted",
        ...place,
        message: id,
        body: safeOutgoing(message),
        files: [],
        to,
      });
    },
    async findByKey(given, key) {
      const at = begunAt(given);
      return ledger.room.byKey.get(keyPlace(at.channel, at.thread, key));
    },
  };
}

async function* oneChunk(content: Buffer): AsyncIterable<Uint8Array> {
  yield content;
}

interface Posting {
  readonly at: ConversationAddress;
  readonly key: string;
  readonly message: Outgoing;
  readonly files: readonly FileContent[];
}

async function put({ ledger, shelf, ids }: LocalPlatformDeps, posting: Posting): Promise<string> {
  const { at, key, message } = posting;
  const files = await shelf.keep(posting.files);
  const id = ids.next("msg");
  const place = { channel: at.channel, thread: at.thread === newThread ? id : at.thread };
  try {
    await ledger.commit({
      type: "posted",
      ...place,
      message: id,
      body: safeOutgoing(message),
      files: [...files],
      key,
    });
  } catch (error) {
    if (error instanceof ChatError && error.fate === "refused") await shelf.drop(files);
    throw error;
  }
  return id;
}

/** A thread that has not begun is `newThread`; a line to one person is a new thread in their direct messages. */
function begunAt(at: ConversationAddress): ConversationAddress {
  if (isAside(at) && at.kind === "dm") return { ...at, channel: `dm-${at.channel}`, thread: newThread };
  return isUnbegun(at) ? { ...at, thread: newThread } : at;
}

function requireChannel({ platform, channel }: ConversationAddress): void {
  if (platform === localPlatformName && findLocalChannel(channel) !== undefined) return;
  throw new ChatError(
    "chat.not_found",
    `Could not write to ${channel}: the local chat has no such channel.`,
    {
      fate: "refused",
      noPlace: true,
    },
  );
}

function requireThread(ledger: Ledger, at: ConversationAddress): void {
  const root = ledger.room.messages.get(at.thread);
  if (at.platform !== localPlatformName || root?.channel !== at.channel || root.thread !== at.thread) {
    throw notFound(
      `Could not find the thread ${at.thread} in ${at.channel}: the local chat has no such thread.`,
    );
  }
}

function requireMessage(ledger: Ledger, at: ConversationAddress, id: string): LocalMessage {
  const message = ledger.room.messages.get(id);
  if (
    message === undefined ||
    message.removed ||
    message.channel !== at.channel ||
    message.thread !== at.thread
  ) {
    throw notFound(
      `Could not find the message ${id} in the thread ${at.thread}: it is not there, or was removed.`,
    );
  }
  return message;
}

function requireSize(message: Outgoing): void {
  const text = message.kind === "card" ? (message.line ?? "") : message.text;
  if (text.length <= longestText) return;
  throw refused(
    `Could not post a text of ${text.length} characters: the most is ${longestText}. Send the rest as a file.`,
  );
}

function notFound(text: string): ChatError {
  return failure("chat.not_found", text);
}

function refused(text: string): ChatError {
  return failure("chat.bad_request", text);
}

function failure(code: ChatErrorCode, text: string): ChatError {
  return new ChatError(code, text, { fate: "refused" });
}
