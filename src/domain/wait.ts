// What a parked run waits for. Holds a row and nothing else (I6).
//
//   W1  A wait is resolved at most once, whatever arrives first and whoever clicks twice.

import { z } from "zod";
import { budgetLimits } from "./budget.ts";
import { missingReasons } from "./connection.ts";
import type { PersonKey, RunId, WaitId } from "./ids.ts";
import { PersonKeySchema } from "./person.ts";

export const waitKinds = ["question", "approval", "grant", "timer", "budget"] as const;
export type WaitKind = (typeof waitKinds)[number];

/** `superseded`: the person wrote something new before deciding; what was asked is asked again if it still holds. */
export const waitStates = ["open", "resolved", "cancelled", "superseded"] as const;
export type WaitState = (typeof waitStates)[number];

/**
 * Where others read than those whose private matters a run saw (OUT-4), the thread gets a line without its words: they are for
 * whoever is asked, in direct messages, or for `nobody`, where they are another person's matter.
 */
const apart = { apart: z.enum(["asked", "nobody"]).optional() };

export const QuestionAsk = z.object({
  kind: z.literal("question"),
  question: z.string(),
  options: z.array(z.string()),
  default: z.string().optional(),
  /** Of one that a server asked in a call: which, so that it gets the answer when it asks again. */
  of: z.object({ key: z.string(), tool: z.string() }).optional(),
  ...apart,
});
export type QuestionAsk = z.infer<typeof QuestionAsk>;

export const BudgetAsk = z.object({
  kind: z.literal("budget"),
  limit: z.enum(budgetLimits),
  used: z.number(),
  cap: z.number(),
  ...apart,
});
export type BudgetAsk = z.infer<typeof BudgetAsk>;

/** A `once` step in doubt after a crash (I5): what is known, for a person to decide. */
export const DoubtAsk = z.object({
  kind: z.literal("doubt"),
  tool: z.string(),
  step: z.number().int(),
  /** What it was to be done with, shortened. */
  arguments: z.string().optional(),
  startedAt: z.number().optional(),
  ...apart,
});
export type DoubtAsk = z.infer<typeof DoubtAsk>;

/** A schedule that is set up if its owner approves. */
export const ScheduleAsk = z.object({
  kind: z.literal("schedule"),
  what: z.string(),
  when: z.string(),
  timeZone: z.string(),
  /** Its first dates, as they are shown. */
  next: z.array(z.number().int()),
  askedAt: z.number().int(),
  ...apart,
});
export type ScheduleAsk = z.infer<typeof ScheduleAsk>;

/** An account that the act needs, and that its owner has not given yet. */
export const GrantAsk = z.object({
  kind: z.literal("grant"),
  connection: z.string(),
  /** What people call its service. */
  title: z.string().optional(),
  /** What for: a name of the connection's `scopes`; the account as such where it is absent. */
  capability: z.string().optional(),
  /** Whose account. */
  owner: PersonKeySchema,
  tool: z.string(),
  /** What is in the way; that there is none where it is absent. */
  why: z.enum(missingReasons).optional(),
  /** What is to be asked for. */
  scopes: z.array(z.string()).optional(),
  /** The connection in question, where there is one. */
  id: z.string().optional(),
  ...apart,
});
export type GrantAsk = z.infer<typeof GrantAsk>;

/** One card for one or several approvals; its words are in the row so that it can be shown again as it was. */
export const ApprovalAsk = z.object({
  kind: z.literal("approval"),
  approvals: z.array(z.object({ id: z.string(), name: z.string(), text: z.string() })),
  /** Names of who may decide, in words. */
  who: z.string(),
  /** Who is told, and mentioned where it is asked openly. */
  first: PersonKeySchema,
  firstName: z.string(),
  /** Asked in their direct messages, not here. */
  privately: z.array(z.object({ key: PersonKeySchema, name: z.string() })),
  /** More than one has to approve. */
  several: z.boolean().optional(),
  standable: z.boolean(),
  editable: z.boolean(),
  ...apart,
});
export type ApprovalAsk = z.infer<typeof ApprovalAsk>;

export const WaitAsk = z.discriminatedUnion("kind", [
  QuestionAsk,
  BudgetAsk,
  DoubtAsk,
  ScheduleAsk,
  GrantAsk,
  ApprovalAsk,
]);
export type WaitAsk = z.infer<typeof WaitAsk>;

export const WaitAnswer = z.object({
  answer: z.string(),
  by: z.string().optional(),
  byName: z.string().optional(),
  via: z.enum(["button", "text", "default"]),
  /** The program that answered in their name: its words are not theirs (HW3). */
  through: z.string().optional(),
  /** Strangers whose words are passed on in the answer, quoted (passed-on.ts). */
  passedOn: z.array(z.string()).optional(),
});
export type WaitAnswer = z.infer<typeof WaitAnswer>;

export interface Wait {
  readonly id: WaitId;
  readonly run: RunId;
  /** The step that the answer completes. */
  readonly step: number;
  readonly kind: WaitKind;
  readonly state: WaitState;
  readonly ask: WaitAsk;
  /** When the default applies, where there is one. */
  readonly dueAt?: number;
  /** When the person is reminded once. */
  readonly nudgeAt?: number;
  readonly answer?: WaitAnswer;
  readonly createdAt: number;
  readonly resolvedAt?: number;
  readonly asked: PersonKey;
}
