// May this be done, here, for this person? What a rule says, what is judged, and what comes of it. Rules are judged in policy/.
//
//   PO1  Strictest wins: deny, then ask, then allow. What no rule speaks of is never simply allowed (I11).
//   PO2  Lower layers only tighten. The order of rules never matters.

import type { PersonKey, TenantId } from "./ids.ts";
import type { RunMode } from "./run.ts";
import type { EffectClass } from "./step.ts";
import type { TaintMarks } from "./taint.ts";

/** From the widest to the narrowest. */
export const policyLayers = ["org", "tenant", "agent", "channel", "person"] as const;
export type PolicyLayer = (typeof policyLayers)[number];

/** From the mildest to the strictest. */
export const policyDecisions = ["allow", "ask", "deny"] as const;
export type PolicyDecision = (typeof policyDecisions)[number];

export const predicateOps = [
  "equals",
  "one_of",
  "lt",
  "gt",
  "under",
  "in_domain",
  "not_in_domain",
  "matches",
  "count_gt",
] as const;
export type PredicateOp = (typeof predicateOps)[number];

/** What is judged (POL-1). Nothing in it is the model's word but `arguments`, which are what would be done. */
export interface PolicyRequest {
  readonly tenant: TenantId;
  readonly agent: string;
  readonly mode: RunMode;
  /** The platform's id of the channel. */
  readonly channel: string;
  /** Who asked; in assistant mode whose rights are used. */
  readonly person: PersonKey;
  readonly tool: string;
  readonly effect: EffectClass;
  /** As validated: what would be done. */
  readonly arguments: unknown;
  readonly connection?: string;
  readonly pin?: string;
  readonly taint: TaintMarks;
  readonly now: number;
}

/** `requester`, `managers`, `group:NAME` or a person key. */
export type ApproverName = string;

export interface PolicyVerdict {
  readonly decision: PolicyDecision;
  /** Names of the rules that decided, sorted. */
  readonly rules: readonly string[];
  /** One sentence for people and the model. */
  readonly why: string;
  /** Digest of the rules that were in force. */
  readonly version: string;
  /** Who may approve, where the decision is `ask`: the strictest of the rules that ask. */
  readonly approvers: readonly ApproverName[];
  readonly quorum: number;
  /** Four eyes: who asked may not decide (APR-3). */
  readonly notRequester: boolean;
  /** How long an approval can be given; the setting's length where no rule says. */
  readonly expiresMs?: number;
}
