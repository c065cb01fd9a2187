// What the doors need from the parts beside them: where events go, who people are, and what only outbound can do.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { PlatformHooks, Receive } from "../../contract.ts";
import type { LookedAt } from "./app-context.ts";
import type { ModalState } from "./modal-state.ts";
import type { People } from "./people.ts";
import type { Rejection } from "./rejections.ts";

/** A form to be shown at once: the trigger lives for 3 s and works once. */
export interface ModalToOpen {
  readonly teamId: string;
  readonly triggerId: string;
  /** What the form is for; decides the view. */
  readonly state: ModalState;
  /** For the view's `private_metadata`, as it is. */
  readonly metadata: string;
  /** The text of the message that was clicked, as notifications show it. */
  readonly about?: string | undefined;
}

/** The agent's Messages tab was opened: the place for suggested prompts. */
export interface MessagesTab {
  readonly teamId: string;
  readonly channel: string;
  readonly user: string;
  /** What they have before them, and the name of that channel in words. */
  readonly about?: { readonly seen: LookedAt; readonly place: string } | undefined;
}

export interface SlackHooks extends PlatformHooks {
  openModal(modal: ModalToOpen): Promise<void>;
  /** Says something to one person where they are. */
  tell(at: ConversationAddress, to: PersonKey, text: string): Promise<void>;
  /** Posts what a thread is to begin with, once per key, where `at` has no thread; gives the place in that thread. */
  openThread(
    at: ConversationAddress,
    opening: { readonly key: string; readonly text: string },
  ): Promise<ConversationAddress>;
  messagesOpened?(tab: MessagesTab): void;
  /** Name of a channel, where the app may know it. */
  channelName(team: string, channel: string): Promise<string | undefined>;
  /** False where the app is known not to be in the conversation of that message; rejects where Slack can't say. */
  isIn(at: ConversationAddress): Promise<boolean>;
  /** A delivery was not taken; it is logged already. */
  rejected?(why: Rejection): void;
}

export interface SlackEdges {
  readonly receive: Receive;
  readonly hooks: SlackHooks;
  readonly people: People;
}
