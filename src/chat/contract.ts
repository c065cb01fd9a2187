// A chat platform: parse in, render out. Slack, Teams and the local chat are members of equal rank.
//
//   C1  `receive` resolves only after the event is committed; a platform acknowledges after that (I1).
//   C2  A platform posts under the key it is given and, where it can be read back, finds a message by key (I2).
//   C3  A failed call says whether the outcome is known: `refused` did not happen, `unknown` may have.
//   C4  Live words are an extra: no message depends on one having been shown, and a message is said once whether or not words of it
//       were. They are shown where one person reads alone, and kept nowhere.

import type { Audience } from "../domain/audience.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { HomePage } from "../domain/home-page.ts";
import type { PersonKey, RunId, TenantId } from "../domain/ids.ts";
import type { InboundEvent, InboundFile } from "../domain/inbound.ts";
import type { Outgoing } from "../domain/outbox.ts";
import type { Person } from "../domain/person.ts";

/** Commits the event. Rejects with `StoreUnavailable` when it cannot: the platform then answers 503 or the like. */
export type Receive = (event: InboundEvent) => Promise<void>;

export interface PlatformCapabilities {
  /** Can a posted message be looked up by its key? */
  readonly readBack: boolean;
  readonly reactions: boolean;
  readonly sessionStatus: boolean;
  /** Fewest milliseconds between two edits of one message. */
  readonly editIntervalMs: number;
}

/** What a platform tells that is not part of a conversation. Each may be lost. */
export interface PlatformHooks {
  /** The person looks at the agent's home: their page is to be published. */
  homeOpened(person: Person): void;
  /** The agent was let into a channel. Rejects where that can't be committed now: the platform delivers it again. */
  invited?(at: ConversationAddress, by?: Person): Promise<void>;
  /** The platform says that this person is no member any more. Rejects as `invited` does. */
  deactivated?(person: PersonKey): Promise<void>;
  /** A delivery was not taken; it is logged already. */
  rejected?(why: string): void;
  /** Would work be begun for them there? Everybody is served where it is absent. */
  serves?(at: ConversationAddress, author: Person): boolean;
}

/** A door over HTTP, mounted by the web server under `path` (a pattern of Hono). The body is unread. */
export interface Door {
  readonly path: string;
  readonly handle: (request: Request) => Promise<Response>;
}

/** What a message is posted as: found again by its key (C2), shown with its run where messages have metadata. */
export interface PostName {
  readonly key: string;
  readonly run?: RunId | undefined;
}

/** For platforms that show a session: what it is about and who began it. */
export interface SessionAbout {
  readonly title?: string | undefined;
  readonly by?: PersonKey | undefined;
}

export interface PlatformHealth {
  readonly ok: boolean;
  /** One sentence for operators. */
  readonly observed: string;
}

/** `absent`: the platform shows nobody of that key there. `gone`: they are no member any more, anywhere. */
export type Standing = Person["kind"] | "absent" | "gone";

/** Of people in whose name something is done that they don't ask for there and then. Both reject with `ChatError`. */
export interface PlatformPeople {
  /** As the platform has it now. Rejects where it can't say. */
  standing(person: PersonKey, at: ConversationAddress): Promise<Standing>;
  /** Their direct messages with the agent. The thread is empty where each piece of work has its own there. */
  lineTo(person: PersonKey, tenant: TenantId): Promise<ConversationAddress>;
  /** Their e-mail address, where the platform tells it. Names nobody (ID-1): a hint for what they are about to fill in. */
  address?(person: PersonKey, tenant: TenantId): Promise<string | undefined>;
}

/** `status`: what a run is at. `answer`: the beginning of what it is about to say, whole so far and without secrets. */
export type LiveWords =
  | { readonly kind: "status"; readonly text: string }
  /** `follow`: addresses in it that may be followed (OUT-2). */
  | { readonly kind: "answer"; readonly text: string; readonly follow: readonly string[] };

/**
 * `shown`: what they see now. `skipped`: not now, later words may be. `over`: nothing more of this kind will be shown.
 * `stopped`: the person who reads there wants the run stopped.
 */
export type LiveOutcome = "shown" | "skipped" | "over" | "stopped";

export interface LiveShowing {
  readonly run: RunId;
  readonly words: LiveWords;
  /** Asked last of all: nothing is shown when it says no. */
  readonly may: () => boolean;
}

/** For platforms that can show words before they are said (C4). The run's next message takes their place by itself. */
export interface PlatformLive {
  /** Fewest milliseconds between two of them. */
  readonly everyMs: number;
  /** After this long they are shown again, so that it is heard that the person stopped them; never when absent. */
  readonly againMs?: number;
  /** Never rejects. An answer begins with all of it that was shown before, or it is skipped. */
  show(at: ConversationAddress, shown: LiveShowing): Promise<LiveOutcome>;
  /** What was shown of an answer will not be said so: it is marked as broken off. Never rejects; nothing where nothing was shown. */
  breakOff(at: ConversationAddress, run: RunId): Promise<void>;
}

export interface ChatPlatform {
  readonly name: string;
  readonly capabilities: PlatformCapabilities;
  readonly doors?: readonly Door[];
  start(receive: Receive, hooks?: PlatformHooks): Promise<void>;
  stop(): Promise<void>;
  /** Returns the platform's id of the new message. `files` are the contents of the message's files, in order. */
  post(
    at: ConversationAddress,
    name: PostName,
    message: Outgoing,
    files: readonly FileContent[],
  ): Promise<string>;
  /** Replaces a message. Twice is once. */
  edit(at: ConversationAddress, messageId: string, message: Outgoing): Promise<void>;
  /** Shows a message to one person only. May be lost. */
  whisper(at: ConversationAddress, to: PersonKey, message: Outgoing): Promise<void>;
  react(at: ConversationAddress, messageId: string, emoji: string): Promise<void>;
  setStatus(
    at: ConversationAddress,
    status: "processing" | "suspended" | "active",
    about?: SessionAbout,
  ): Promise<void>;
  /** The id of the message that was posted under `key`, if it is there. Only with `readBack`. */
  findByKey(at: ConversationAddress, key: string): Promise<string | undefined>;
  /** Content of a file that came with a message. Rejects with `ChatError`. */
  download(file: InboundFile): Promise<AsyncIterable<Uint8Array>>;
  /** Who reads there, thread or not. Rejects with `ChatError` where it can't be told; absent where it never can. */
  audience?(at: ConversationAddress): Promise<Audience>;
  /** Where people open a conversation, or one message of it, in a browser. Rejects with `ChatError`. */
  linkTo?(at: ConversationAddress, messageId?: string): Promise<string | undefined>;
  /** Replaces what the person sees of their own work. Only where the platform has such a page. May be lost. */
  publishHome?(person: PersonKey, page: HomePage): Promise<void>;
  readonly people?: PlatformPeople;
  readonly live?: PlatformLive;
  /** How the platform is doing, for readiness and `doctor`. Asks nothing of the network. */
  health?(): PlatformHealth;
}

export interface FileContent {
  readonly name: string;
  readonly title?: string;
  readonly content: Buffer;
}
