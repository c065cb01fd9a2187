// Ana, Bo and Ada in the local chat: what they write and click, and what they see there.

import { setTimeout as after } from "node:timers/promises";
import { localPeople } from "../../src/chat/local/cast.ts";
import type { LocalMessage, LocalRoom, NewFile, RoomEvent } from "../../src/chat/local/room.ts";
import type { PersonKey } from "../../src/domain/ids.ts";
import type { Attention, Notice, Outgoing, ResultMessage, RunCard } from "../../src/domain/outbox.ts";

export interface People {
  readonly ana: Person;
  readonly bo: Person;
  readonly ada: Person;
}

export interface Person {
  readonly key: PersonKey;
  /** A new thread; in `sales` when no channel is given. */
  asks(text: string, more?: Asked): Promise<Thread>;
  writes(thread: Thread, text: string, files?: readonly NewFile[]): Promise<LocalMessage>;
  /** Presses the button with this label, or types into the field where `text` is given. */
  clicks(message: LocalMessage, label: string, text?: string): Promise<{ readonly delivered: boolean }>;
}

export interface Asked {
  readonly channel?: string;
  readonly files?: readonly NewFile[];
}

type Kind = Outgoing["kind"];
type BodyOf<K extends Kind> = {
  card: RunCard;
  attention: Attention;
  result: ResultMessage;
  notice: Notice;
}[K];
export type Post<K extends Kind> = LocalMessage & { readonly body: BodyOf<K> };

export interface Thread {
  readonly id: string;
  readonly channel: string;
  readonly first: LocalMessage;
  /** What the agent has posted there, as it looks now. */
  posts<K extends Kind>(kind: K): readonly Post<K>[];
  /** The `n`th post of a kind, counted from 1, as soon as it is there and `is` so. */
  post<K extends Kind>(kind: K, n?: number, is?: (body: BodyOf<K>) => boolean): Promise<Post<K>>;
  /** A private note to this person, as soon as it is there. */
  whisper(to: Person, pattern: RegExp): Promise<string>;
  /** Resolves when the agent has taken this message in. */
  seen(message: LocalMessage): Promise<LocalMessage>;
  /** Everything, as text: for failures. */
  toString(): string;
}

/** Longer than anything takes on a machine that is busy with other tests. */
const patienceMs = 40_000;

export function peopleIn(room: LocalRoom): People {
  const [ana, bo, ada] = localPeople.map(({ key }) => personIn(room, key));
  if (!ana || !bo || !ada) throw new Error("The local chat has other people.");
  return { ana, bo, ada };
}

function personIn(room: LocalRoom, key: PersonKey): Person {
  return {
    key,
    async asks(text, { channel = "sales", files = [] } = {}) {
      return threadIn(room, await room.say({ as: key, channel, text, files }));
    },
    writes: ({ channel, id }, text, files = []) => room.say({ as: key, channel, thread: id, text, files }),
    async clicks(message, label, text) {
      const button = buttonsOf(message).find((one) => one.label === label);
      if (!button) throw new Error(`There is no button ${label}.`);
      const { action, value } = button;
      return room.click({
        as: key,
        messageId: message.id,
        action,
        value,
        ...(text === undefined ? {} : { text }),
      });
    },
  };
}

function buttonsOf({ content }: LocalMessage): RunCard["buttons"] {
  if (content.kind === "text" || content.body.kind === "notice") return [];
  const { body } = content;
  if (body.kind !== "attention") return body.buttons;
  return body.freeText ? [...body.options, body.freeText] : body.options;
}

export function threadIn(room: LocalRoom, first: LocalMessage): Thread {
  const { channel, thread: id } = first;
  const posts = <K extends Kind>(kind: K): Post<K>[] =>
    room.history(channel, id).flatMap((message) => {
      if (message.content.kind !== "deputy" || message.to !== undefined) return [];
      const { body } = message.content;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the kind was just compared
      return body.kind === kind ? [{ ...message, body } as Post<K>] : [];
    });
  const toString = (): string => room.history(channel, id).map(lineOf).join("\n");
  return {
    id,
    channel,
    first,
    posts,
    toString,
    post: (kind, n = 1, is = () => true) =>
      until(room, `${kind} ${n} in the thread:\n`, toString, () => {
        const found = posts(kind)[n - 1];
        return found && is(found.body) ? found : undefined;
      }),
    seen: (message) =>
      until(room, `eyes on ${message.id} in the thread:\n`, toString, () =>
        room.history(channel, id).find((one) => one.id === message.id && one.reactions.includes("eyes")),
      ),
    whisper: (to, pattern) =>
      until(room, `a note like ${pattern} in the thread:\n`, toString, () =>
        room
          .history(channel, id)
          .filter((message) => message.to === to.key)
          .map(textOf)
          .find((text) => pattern.test(text)),
      ),
  };
}

/** Looks after each event of the room; rejects with what is there when it takes too long. */
export function until<T>(
  room: LocalRoom,
  what: string,
  now: () => string,
  look: (event?: RoomEvent) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const ending = new AbortController();
    const end = room.subscribe((event) => check(event));
    const check = (event?: RoomEvent): void => {
      const found = look(event);
      if (found === undefined || ending.signal.aborted) return;
      ending.abort();
      end();
      resolve(found);
    };
    after(patienceMs, undefined, { signal: ending.signal, ref: false }).then(
      () => {
        end();
        reject(new Error(`Waited in vain for ${what}${now()}`));
      },
      () => undefined, // it came
    );
    check();
  });
}

function textOf({ content }: LocalMessage): string {
  if (content.kind === "text") return content.text;
  const { body } = content;
  return body.kind === "card" ? `${body.state}: ${body.line ?? ""}` : body.text;
}

function lineOf(message: LocalMessage): string {
  const who = message.content.kind === "text" ? message.content.author : message.content.body.kind;
  const to = message.to === undefined ? "" : ` (to ${message.to})`;
  return `${who}${to}: ${textOf(message).slice(0, 500)}`;
}
