// The people's side of the local chat (room.ts says what it promises).

import type { Ids } from "../../base/ids.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Button } from "../../domain/outbox.ts";
import { ChatError, type ChatErrorCode } from "../errors.ts";
import { safeText } from "../safe-text.ts";
import { findLocalPerson, localChannels, localPeople } from "./cast.ts";
import type { Deliveries } from "./deliveries.ts";
import type { FileShelf } from "./file-shelf.ts";
import { type Ledger, mayEnter, maySee } from "./ledger.ts";
import type { Click, LocalMessage, LocalRoom, Saying } from "./room.ts";

/** Most characters that a person says at once. */
export const longestSaying = 40_000;

export interface LocalRoomDeps {
  readonly ledger: Ledger;
  readonly shelf: FileShelf;
  readonly deliveries: Deliveries;
  readonly ids: Ids;
  readonly agentName: string;
}

export function createLocalRoom(deps: LocalRoomDeps): LocalRoom {
  const { ledger, shelf, deliveries, ids, agentName } = deps;
  const own = (as: PersonKey, id: string): LocalMessage => {
    const message = requireVisible(ledger, as, id);
    if (message.content.kind === "text" && message.content.author === as && !message.removed) return message;
    throw failure("chat.refused", `Could not change the message ${id}: it is not yours, or it was removed.`);
  };
  const current = (id: string): LocalMessage => requireVisible(ledger, undefined, id);
  return {
    agentName,
    people: () => localPeople,
    channels: (viewer) => localChannels.filter(({ id }) => viewer === undefined || mayEnter(id, viewer)),
    say: (saying) => say(deps, saying),
    async edit({ as, messageId, text }) {
      own(as, messageId);
      const event = ids.next("evt");
      await ledger.commit({
        type: "reworded",
        event,
        author: as,
        message: messageId,
        text: requireText(text),
      });
      await deliveries.deliver(event);
      return current(messageId);
    },
    async remove({ as, messageId }) {
      own(as, messageId);
      const event = ids.next("evt");
      await ledger.commit({ type: "removed", event, author: as, message: messageId });
      await deliveries.deliver(event);
      return current(messageId);
    },
    click: (click) => press(deps, click),
    async retry({ as, messageId }) {
      requireVisible(ledger, as, messageId);
      const open = [...ledger.room.pending].filter(([, { record }]) => record.message === messageId);
      const taken = await Promise.all(open.map(([event]) => deliveries.deliver(event)));
      return { delivered: taken.every(Boolean) };
    },
    history: (channel, thread, viewer) =>
      [...ledger.room.messages.values()].filter(
        (one) => one.channel === channel && (thread ?? one.thread) === one.thread && maySee(one, viewer),
      ),
    status: (thread) => ledger.room.statuses.get(thread)?.status,
    seq: () => ledger.room.seq,
    subscribe: (listener, options) => ledger.subscribe(listener, options),
    async fileContent(id, viewer) {
      const known = ledger.room.files.get(id);
      const message = known && ledger.room.messages.get(known.message);
      if (known === undefined || message === undefined || message.removed || !maySee(message, viewer)) {
        throw failure(
          "chat.file_gone",
          `Could not find the file ${id}: it is not in this chat, or was removed.`,
        );
      }
      return { file: known.file, content: await shelf.read(known.file) };
    },
  };
}

async function say(deps: LocalRoomDeps, saying: Saying): Promise<LocalMessage> {
  const { ledger, shelf, deliveries, ids } = deps;
  const { as, channel, thread } = saying;
  requirePlace(ledger, saying);
  const offered = saying.files ?? [];
  const text = offered.length > 0 && saying.text.trim() === "" ? "" : requireText(saying.text);
  const files = [...(await shelf.keep(offered))];
  const id = ids.next("msg");
  const event = ids.next("evt");
  const place = { channel, thread: thread ?? id };
  try {
    await ledger.commit({ type: "said", event, author: as, message: id, ...place, text, files });
  } catch (error) {
    if (error instanceof ChatError && error.fate === "refused") await shelf.drop(files);
    throw error;
  }
  await deliveries.deliver(event);
  return requireVisible(ledger, as, id);
}

async function press(
  { ledger, deliveries, ids }: LocalRoomDeps,
  { as, messageId, action, value, text }: Click,
): Promise<{ readonly delivered: boolean }> {
  const message = requireVisible(ledger, as, messageId);
  const button = buttonsOf(message).find((one) => one.action === action && one.value === value);
  if (button === undefined) {
    throw failure(
      "chat.refused",
      "That button is no longer there: the message has changed. Look at it again.",
    );
  }
  const event = ids.next("evt");
  const typed = text === undefined ? {} : { text: requireText(text) };
  await ledger.commit({ type: "clicked", event, author: as, message: messageId, action, value, ...typed });
  return { delivered: await deliveries.deliver(event) };
}

function buttonsOf({ content }: LocalMessage): readonly Button[] {
  if (content.kind === "text") return [];
  const { body } = content;
  switch (body.kind) {
    case "card":
    case "result":
      return body.buttons;
    case "attention":
      return body.freeText === undefined ? body.options : [...body.options, body.freeText];
    case "notice":
      return [];
    default:
      return body satisfies never;
  }
}

function requirePlace(ledger: Ledger, { as, channel, thread }: Saying): void {
  if (findLocalPerson(as) === undefined) {
    throw failure("chat.not_found", `Could not speak as ${as}: nobody here has this key.`);
  }
  if (!mayEnter(channel, as)) {
    throw failure(
      "chat.not_found",
      `Could not write to ${channel}: there is no such channel for this person.`,
    );
  }
  if (thread === undefined) return;
  const root = ledger.room.messages.get(thread);
  if (root?.channel !== channel || root.thread !== thread) {
    throw failure("chat.not_found", `Could not reply in the thread ${thread}: it is not in ${channel}.`);
  }
}

function requireVisible(ledger: Ledger, as: PersonKey | undefined, id: string): LocalMessage {
  const message = ledger.room.messages.get(id);
  if (message !== undefined && maySee(message, as)) return message;
  throw failure("chat.not_found", `Could not find the message ${id}: it is not in this chat.`);
}

function requireText(given: string): string {
  if (given.length > longestSaying) {
    throw failure(
      "chat.bad_request",
      `Could not take a message of ${given.length} characters: the most is ${longestSaying}. Attach it as a file.`,
    );
  }
  const text = safeText(given).trim();
  if (text === "")
    throw failure("chat.bad_request", "Could not take an empty message. Write something, or attach a file.");
  return text;
}

function failure(code: ChatErrorCode, text: string): ChatError {
  return new ChatError(code, text, { fate: "refused" });
}
