// A chat platform: parse in, render out. Slack, Teams and the local chat are members of equal rank.
//
//   C1  `receive` resolves only after the event is committed; a platform acknowledges after that (I1).
//   C2  A platform posts under the key it is given and, where it can be read back, finds a message by key (I2).
//   C3  A failed call says whether the outcome is known: `refused` did not happen, `unknown` may have.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { InboundEvent, InboundFile } from "../domain/inbound.ts";
import type { Outgoing } from "../domain/outbox.ts";

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

export interface ChatPlatform {
  readonly name: string;
  readonly capabilities: PlatformCapabilities;
  start(receive: Receive): Promise<void>;
  stop(): Promise<void>;
  /** Returns the platform's id of the new message. `files` are the contents of the message's files, in order. */
  post(
    at: ConversationAddress,
    key: string,
    message: Outgoing,
    files: readonly FileContent[],
  ): Promise<string>;
  /** Replaces a message. Twice is once. */
  edit(at: ConversationAddress, messageId: string, message: Outgoing): Promise<void>;
  /** Shows a message to one person only. May be lost. */
  whisper(at: ConversationAddress, to: PersonKey, message: Outgoing): Promise<void>;
  react(at: ConversationAddress, messageId: string, emoji: string): Promise<void>;
  setStatus(at: ConversationAddress, status: "processing" | "suspended" | "active"): Promise<void>;
  /** The id of the message that was posted under `key`, if it is there. Only with `readBack`. */
  findByKey(at: ConversationAddress, key: string): Promise<string | undefined>;
  /** Content of a file that came with a message. Rejects with `ChatError`. */
  download(file: InboundFile): Promise<AsyncIterable<Uint8Array>>;
}

export interface FileContent {
  readonly name: string;
  readonly title?: string;
  readonly content: Buffer;
}
