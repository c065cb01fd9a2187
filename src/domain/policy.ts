// May this be done, here, for this person? What a rule says, what is judged, and what comes of it. Rules are judged in policy/.
//
//   PO1  Strictest wins: deny, then ask, then allow. What no rule speaks of is never simply allowed (I11).
//   PO2  Lower layers only tighten. The order of rules never matters.

import type { PersonKey, TenantId } from "./ids.ts";
import type { Person } from "./person.ts";
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
  /** Where the tool and its effect class are known from; absent where nobody vouches for it. */
  readonly known?: "builtin" | "server";
  /** Whose credentials the act would use, where that is known: the agent's own, or a person's. */
  readonly identity?: "agent" | PersonKey;
  /** What the platform says of `person` (ID-2). */
  readonly personKind?: Person["kind"];
  /** Does all that names a destination stand word for word in what the subject or operator gave (TNT-4)? Unknown counts as no. */
  readonly destinationGiven?: boolean;
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
  /** Who may approve, where the decision is `ask`: who decides has to be one of these. */
  readonly approvers: readonly ApproverName[];
  /** Where several rules ask: who decides has to be one of each of these too. */
  readonly alsoIn?: readonly (readonly ApproverName[])[];
  readonly quorum: number;
  /** Four eyes: who asked may not decide (APR-3). */
  readonly notRequester: boolean;
  /** How long an approval can be given; the setting's length where no rule says. */
  readonly expiresMs?: number;
}
