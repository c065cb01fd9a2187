// What a chat platform hears, in platform-neutral words. Stored as JSON in the inbox.

import { z } from "zod";
import { actionIds } from "./actions.ts";
import { ConversationAddress } from "./conversation.ts";
import { Person, PersonKeySchema } from "./person.ts";

export const InboundFile = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string().optional(),
  sizeBytes: z.number().int().nonnegative(),
  /** Opaque to everybody but the platform, which downloads by it. Never a secret. */
  ref: z.string(),
});
export type InboundFile = z.infer<typeof InboundFile>;

const heard = {
  /** The platform's id of this delivery: the same id twice is one event (I1). */
  eventId: z.string().min(1),
  conversation: ConversationAddress,
  author: Person,
  /** Milliseconds since the epoch, by the platform's clock. */
  sentAt: z.number().int(),
};

export const InboundMessage = z.object({
  ...heard,
  kind: z.literal("message"),
  /** The platform's id of the message: unique in its conversation (I1). */
  messageId: z.string().min(1),
  /** Plain Markdown, the agent's own mention removed. */
  text: z.string(),
  mentionsAgent: z.boolean(),
  mentions: z.array(PersonKeySchema),
  files: z.array(InboundFile),
  /** What the author has before them, in words: a hint about what they may mean, never a permission. */
  lookingAt: z.string().optional(),
  /** Strangers whose words are passed on in the text, quoted (passed-on.ts); their files may be with it. */
  passedOn: z.array(z.string()).optional(),
});
export type InboundMessage = z.infer<typeof InboundMessage>;

export const InboundEdit = z.object({
  ...heard,
  kind: z.literal("edited"),
  messageId: z.string().min(1),
  text: z.string(),
});

export const InboundDeletion = z.object({
  ...heard,
  kind: z.literal("deleted"),
  messageId: z.string().min(1),
});

/** A click on a button, a choice in a select, or the text of a modal. */
export const InboundAction = z.object({
  ...heard,
  kind: z.literal("action"),
  action: z.enum(actionIds),
  /** The opaque id that the button carried. */
  value: z.string(),
  /** What was typed, where the control takes text. */
  text: z.string().optional(),
});
export type InboundAction = z.infer<typeof InboundAction>;

/** Said to the agent where nobody else sees it (a slash command); the address has no thread of its own. */
export const InboundCommand = z.object({
  ...heard,
  kind: z.literal("command"),
  /** What follows the command's name. */
  text: z.string(),
});
export type InboundCommand = z.infer<typeof InboundCommand>;

export const InboundEvent = z.discriminatedUnion("kind", [
  InboundMessage,
  InboundEdit,
  InboundDeletion,
  InboundAction,
  InboundCommand,
]);
export type InboundEvent = z.infer<typeof InboundEvent>;
