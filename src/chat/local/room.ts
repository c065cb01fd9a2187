// The local chat as a person in it uses it: what the chat page and the demo are built on.
//
// Plays the vendor's server for the people's side: it keeps what was said before it tells the agent, shows whispers to
// one person, checks that a clicked button is really there, and repeats a delivery that was not taken.

import type { ActionId } from "../../domain/actions.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Outgoing } from "../../domain/outbox.ts";
import type { LocalChannel, LocalPerson } from "./cast.ts";
import type { LocalFile } from "./records.ts";

export type SessionStatus = "processing" | "suspended" | "active";

/** As far as the agent has been told: `undelivered` is tried again by itself, and by `retry`. */
export type Delivery = "sending" | "delivered" | "undelivered";

/** What is written into each post of the agent, as on other platforms (design 10). */
export interface LocalMetadata {
  readonly event_type: "deputy";
  readonly event_payload: { readonly key: string; readonly run?: string; readonly kind: Outgoing["kind"] };
}

export type LocalContent =
  | { readonly kind: "text"; readonly author: PersonKey; readonly text: string }
  | { readonly kind: "deputy"; readonly body: Outgoing; readonly metadata?: LocalMetadata };

/** Replaced, never changed: the same object is the same state. */
export interface LocalMessage {
  readonly id: string;
  /** Number of the event that made it: later messages have higher ones. */
  readonly seq: number;
  readonly channel: string;
  /** Id of the first message of the thread, which has its own id here. */
  readonly thread: string;
  readonly sentAt: number;
  readonly editedAt?: number;
  readonly removed: boolean;
  readonly content: LocalContent;
  readonly files: readonly LocalFile[];
  /** Names of the agent's reactions, such as `eyes`. */
  readonly reactions: readonly string[];
  readonly delivery: Delivery;
  /** Only this person sees it. */
  readonly to?: PersonKey;
}

export type MessageChange = "posted" | "edited" | "removed" | "reacted" | "delivery";

/** What an agent is at, or the beginning of what it is about to say. */
export interface LocalLiveWords {
  readonly kind: "status" | "answer";
  readonly text: string;
}

/** Kept nowhere and never repeated: it has no number. Without `live` nothing is shown any more. */
export interface LiveEvent {
  readonly kind: "live";
  readonly channel: string;
  readonly thread: string;
  readonly live?: LocalLiveWords;
}

/** Numbered, rising, and the same after a restart; not every number occurs. */
export type RoomEvent = { readonly seq: number; readonly at: number } & (
  | { readonly kind: "message"; readonly change: MessageChange; readonly message: LocalMessage }
  | {
      readonly kind: "status";
      readonly channel: string;
      readonly thread: string;
      readonly status: SessionStatus;
    }
);

export interface NewFile {
  readonly name: string;
  readonly mimeType?: string;
  readonly content: Buffer;
}

export interface Saying {
  readonly as: PersonKey;
  readonly channel: string;
  /** A new thread when absent. */
  readonly thread?: string;
  readonly text: string;
  readonly files?: readonly NewFile[];
}

export interface Click {
  readonly as: PersonKey;
  readonly messageId: string;
  readonly action: ActionId;
  readonly value: string;
  readonly text?: string;
}

export interface Subscription {
  /** Events after this one come first, in order; only new ones when absent. */
  readonly since?: number;
  /** Only what this person may see; everything when absent. */
  readonly viewer?: PersonKey;
  /** Called as the listener is, with what is kept nowhere. */
  readonly live?: (event: LiveEvent) => void;
}

/** All of it rejects with `ChatError`: `chat.bad_request`, `chat.not_found`, `chat.refused` or `chat.unavailable`. */
export interface LocalRoom {
  readonly agentName: string;
  people(): readonly LocalPerson[];
  /** The channels that `viewer` is in; all when absent. */
  channels(viewer?: PersonKey): readonly LocalChannel[];
  /** Resolves when the message is kept and the agent has taken it, or has failed to twice: see `delivery`. */
  say(saying: Saying): Promise<LocalMessage>;
  /** People change and remove their own messages only. */
  edit(change: { as: PersonKey; messageId: string; text: string }): Promise<LocalMessage>;
  remove(change: { as: PersonKey; messageId: string }): Promise<LocalMessage>;
  /** Only a button that the message has now. Resolves as `say` does. */
  click(click: Click): Promise<{ readonly delivered: boolean }>;
  /** Delivers again what the agent has not taken of a message, now. */
  retry(change: { as: PersonKey; messageId: string }): Promise<{ readonly delivered: boolean }>;
  /** In the order of posting; a whole channel, threads included, when `thread` is absent. */
  history(channel: string, thread?: string, viewer?: PersonKey): readonly LocalMessage[];
  status(thread: string): SessionStatus | undefined;
  /** Number of the last event. */
  seq(): number;
  /** Returns what ends it. The listener is called in the tick of the event and must not throw. */
  subscribe(listener: (event: RoomEvent) => void, options?: Subscription): () => void;
  fileContent(
    id: string,
    viewer?: PersonKey,
  ): Promise<{ readonly file: LocalFile; readonly content: Buffer }>;
}
