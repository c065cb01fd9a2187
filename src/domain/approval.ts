// A person's word on exactly one act (APR-1, APR-2).
//
//   AP1  A state changes only along `approvalTransitions`, by a conditional update with one winner.
//   AP2  An approval binds the digest of all that matters. The executor makes it anew from what it is about to do; where the two
//        differ nothing is done (I11).
//   AP3  It is used once: `executing` is committed before the act, and after a crash there it is `unknown`.

import { z } from "zod";
import type { ApprovalId, RunId, TenantId, WaitId } from "./ids.ts";
import { PersonKeySchema } from "./person.ts";
import { effectClasses } from "./step.ts";

export const approvalStates = [
  "pending",
  "approved",
  "denied",
  "expired",
  "cancelled",
  "superseded",
  "executing",
  "done",
  "failed",
  "unknown",
] as const;
export type ApprovalState = (typeof approvalStates)[number];

export const approvalTransitions: Readonly<Record<ApprovalState, readonly ApprovalState[]>> = {
  pending: ["approved", "denied", "expired", "cancelled", "superseded"],
  approved: ["executing", "cancelled", "superseded"],
  denied: [],
  expired: [],
  cancelled: [],
  superseded: [],
  executing: ["done", "failed", "unknown"],
  done: [],
  failed: [],
  unknown: ["done", "failed"],
};

/** What an approval is of, besides its arguments, and who may give it. */
export const ApprovalFacts = z.object({
  agent: z.string(),
  subject: PersonKeySchema,
  subjectName: z.string(),
  mode: z.enum(["employee", "assistant"]),
  effect: z.enum(effectClasses),
  pin: z.string().optional(),
  /** What its server calls the tool for people: of the pin. */
  title: z.string().optional(),
  connection: z.string().optional(),
  account: z.string().optional(),
  /** How people know the connection, and whether it is the agent's own or the subject's. Beside what the digest binds by id. */
  service: z.object({ name: z.string(), of: z.enum(["agent", "subject"]) }).optional(),
  /** Files that the arguments name, as they were. */
  files: z.array(z.object({ path: z.string(), sha256: z.string() })),
  /** Version of the rules. */
  policy: z.string(),
  nonce: z.string(),
  rules: z.array(z.string()),
  why: z.string(),
  /** Who decides has to be one of each of these. */
  approvers: z.array(z.array(z.string())),
  quorum: z.number().int(),
  /** Four eyes: the requester may not decide. */
  notRequester: z.boolean(),
  /** What strangers' words it was decided under, in marks. */
  taint: z.array(z.string()),
  /** For people: where a destination comes from, and the like. */
  warnings: z.array(z.string()),
  /** The agent's own words on it. */
  reason: z.string().optional(),
  /** Changed by a person before it was approved. */
  edited: z.object({ by: PersonKeySchema, byName: z.string(), of: z.string() }).optional(),
  /** May be given for more than this one act (APR-8). */
  standable: z.boolean(),
});
export type ApprovalFacts = z.infer<typeof ApprovalFacts>;

export const Vote = z.object({
  by: PersonKeySchema,
  byName: z.string(),
  verdict: z.enum(["approve", "deny"]),
  via: z.enum(["button", "cli"]),
  at: z.number().int(),
});
export type Vote = z.infer<typeof Vote>;

/** "Allow for this run" (APR-8). */
export const Standing = z.object({ until: z.number().int(), most: z.number().int() });
export type Standing = z.infer<typeof Standing>;

export interface Approval {
  readonly id: ApprovalId;
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly step: number;
  /** The wait, and the card, that it is asked by: several may share one (APR-9). */
  readonly wait: WaitId;
  readonly state: ApprovalState;
  readonly tool: string;
  readonly digest: string;
  /** JSON of what would be done. */
  readonly arguments: string;
  readonly facts: ApprovalFacts;
  readonly votes: readonly Vote[];
  readonly standing?: Standing;
  /** How often it stood for another act. */
  readonly uses: number;
  /** Over all of the above and the times (APR-10): a row that was changed by anybody else is known by it. */
  readonly seal: string;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly decidedAt?: number;
}

/** As shown on cards (design 10). */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** The one that counts for a step: what was superseded has another in its place. */
export function approvalOf(approvals: readonly Approval[], step: number): Approval | undefined {
  const own = approvals.filter((approval) => approval.step === step);
  return own.findLast(({ state }) => state !== "superseded") ?? own.at(-1);
}
