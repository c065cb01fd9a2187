// What Deputy says, in platform-neutral words. Renderers in `chat/*` turn it into blocks, cards or HTML.
//
//   O1  Three kinds of message per run: one run card, attention messages, one result (ux c.0). A notice is small
//       print: a refusal, an acknowledgement, a status answer.
//   O2  Every logical message has one key; the same key twice is one message (I2).

import { z } from "zod";
import { actionIds } from "./actions.ts";
import type { ConversationId, RunId, TenantId } from "./ids.ts";
import { PersonKeySchema } from "./person.ts";
import { PlanStep } from "./plan.ts";

export const Button = z.object({
  action: z.enum(actionIds),
  value: z.string(),
  label: z.string(),
  style: z.enum(["primary", "danger", "plain"]),
  /** Asked before the click counts. */
  confirm: z.string().optional(),
  /** Leads there instead of being a click: set when it is sent, so never stored (CS3). */
  url: z.string().optional(),
});
export type Button = z.infer<typeof Button>;

/** A file of the workspace as it was when the message was decided: content-addressed, so later edits don't leak in. */
export const OutgoingFile = z.object({
  name: z.string(),
  title: z.string().optional(),
  sha256: z.string(),
  sizeBytes: z.number().int().nonnegative(),
});
export type OutgoingFile = z.infer<typeof OutgoingFile>;

const ofRun = {
  /** The page of its run: set when it is sent, so never stored. Whoever follows it is asked there who they are. */
  details: z.string().optional(),
};

const prose = {
  /** Addresses in the words that may be followed (OUT-2): set when it is sent, so never stored. None when absent. */
  follow: z.array(z.string()).optional(),
};

const inFlatChats = {
  /** What it belongs to, where messages stand one under the other (ux T-M9): set when it is sent, so never stored. */
  quote: z.string().optional(),
};

export const cardStates = [
  "Queued",
  "Working",
  "Waiting for you",
  "Paused",
  "Done",
  "Stopped",
  "Failed",
  "Expired",
] as const;
export type CardState = (typeof cardStates)[number];

export function isEndedCard(state: CardState): boolean {
  return state === "Done" || state === "Stopped" || state === "Failed" || state === "Expired";
}

export const RunCard = z.object({
  kind: z.literal("card"),
  run: z.string(),
  title: z.string(),
  state: z.enum(cardStates),
  agent: z.string(),
  mode: z.enum(["employee", "assistant"]),
  askedBy: z.string(),
  /** One sentence: what is being done, or how it ended. */
  line: z.string().optional(),
  steps: z.array(PlanStep),
  /** "Noted: only EU vendors": steering that was taken in. */
  noted: z.array(z.string()),
  startedAt: z.number().int(),
  spentUsd: z.number().optional(),
  capUsd: z.number().optional(),
  buttons: z.array(Button),
  ...ofRun,
});
export type RunCard = z.infer<typeof RunCard>;

/** A post that must notify, because a person has to act. */
export const Attention = z.object({
  kind: z.literal("attention"),
  /** What it asks about; decides the card's look. */
  about: z.enum(["question", "budget", "doubt", "approval", "grant", "schedule"]),
  title: z.string(),
  text: z.string(),
  /** The default and when it applies, in words. */
  footer: z.string().optional(),
  /** Absent in the quiet hours of whoever is asked: their name is there, and calls nobody. */
  mention: PersonKeySchema.optional(),
  mentionName: z.string(),
  options: z.array(Button),
  /** Offers a text field under this action and value. */
  freeText: Button.optional(),
  /** Set once it is decided: who chose what. Buttons are gone then. */
  decided: z.string().optional(),
  ...prose,
});
export type Attention = z.infer<typeof Attention>;

const ofAccounts: ReadonlySet<string> = new Set(["connect.disconnect", "connect.use", "connect.another"]);

/** Asks for nothing: it tells of accounts that are there, and offers another one, or the way back. */
export function isSettled({ options }: Pick<Attention, "options">): boolean {
  return options.some(({ action }) => ofAccounts.has(action));
}

export const ResultMessage = z.object({
  kind: z.literal("result"),
  outcome: z.enum(["done", "failed", "stopped", "expired"]),
  title: z.string(),
  /** Markdown, at most 2,000 characters or 40 lines; more is in `files`. */
  text: z.string(),
  mention: PersonKeySchema.optional(),
  mentionName: z.string(),
  files: z.array(OutgoingFile),
  /** Asked by, took, cost. */
  footer: z.string(),
  buttons: z.array(Button),
  ...prose,
  ...ofRun,
  ...inFlatChats,
});
export type ResultMessage = z.infer<typeof ResultMessage>;

export const Notice = z.object({
  kind: z.literal("notice"),
  text: z.string(),
  files: z.array(OutgoingFile),
  ...prose,
  ...inFlatChats,
});
export type Notice = z.infer<typeof Notice>;

export const Outgoing = z.discriminatedUnion("kind", [RunCard, Attention, ResultMessage, Notice]);
export type Outgoing = z.infer<typeof Outgoing>;

export const outboxStates = ["due", "sending", "sent", "dropped"] as const;
export type OutboxState = (typeof outboxStates)[number];

/**
 * `post` makes a message, `edit` replaces one that was posted under `target`, `whisper` shows it to `to` alone,
 * `react` puts `emoji` on the message `messageId`, `status` sets the conversation's session mark; `title` and `by` are
 * what the session is about and who began it.
 */
export const OutboxOp = z.discriminatedUnion("op", [
  z.object({ op: z.literal("post"), message: Outgoing }),
  z.object({ op: z.literal("edit"), target: z.string(), message: Outgoing }),
  z.object({ op: z.literal("whisper"), to: PersonKeySchema, message: Outgoing }),
  z.object({ op: z.literal("react"), messageId: z.string(), emoji: z.string() }),
  z.object({
    op: z.literal("status"),
    status: z.enum(["processing", "suspended", "active"]),
    title: z.string().optional(),
    by: PersonKeySchema.optional(),
  }),
]);
export type OutboxOp = z.infer<typeof OutboxOp>;

export interface OutboxEntry {
  readonly key: string;
  readonly tenant: TenantId;
  readonly conversation: ConversationId;
  readonly run?: RunId;
  /** Order within the conversation. */
  readonly seq: number;
  readonly op: OutboxOp;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly dueAt: number;
  /** The platform's id of the posted message. */
  readonly providerId?: string;
  readonly createdAt: number;
}

/** Something to say, before the outbox has given it a place. */
export interface Utterance {
  readonly key: string;
  readonly tenant: TenantId;
  readonly conversation: ConversationId;
  readonly run?: RunId;
  readonly op: OutboxOp;
  /** Not before this time; now when absent. */
  readonly dueAt?: number;
}
