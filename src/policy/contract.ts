// Policy: rules as data, and what a predicate on arguments is.
//
// Owns the shapes. Does not own: the file that rules are written in (config/), who is an approver (approvals/), or what the marks of a
// run are (domain/taint.ts).
//
//   PL1  Judging is pure: no I/O, no clock, and it never throws. An error is a deny, for reads an ask (POL-5).
//   PL2  The strictest rule that applies wins, whatever its layer and place (POL-2).
//   PL3  What can't be told is told the strict way: an argument that is missing or can't be read makes an `allow` not apply, and an
//        `ask` or `deny` apply (POL-3).
//   PL4  A rule whose example fails is not loaded, and with it none of its file (POL-4).

import { AppError } from "../base/errors.ts";
import type { PersonKey } from "../domain/ids.ts";
import type {
  ApproverName,
  PolicyDecision,
  PolicyLayer,
  PolicyRequest,
  PredicateOp,
} from "../domain/policy.ts";
import type { QuietHours } from "../domain/quiet-hours.ts";
import type { RunMode } from "../domain/run.ts";
import type { EffectClass } from "../domain/step.ts";

/** Absent members match everything. */
export interface RuleMatch {
  /** A name or glob. */
  readonly tool?: string | undefined;
  readonly effect?: EffectClass | undefined;
  readonly mode?: RunMode | undefined;
  readonly channel?: string | undefined;
  readonly person?: PersonKey | undefined;
  readonly tainted?: boolean | undefined;
  readonly hours?: (QuietHours & { readonly timeZone: string }) | undefined;
}

export interface Condition {
  /** JSON pointer into the arguments (RFC 6901). */
  readonly path: string;
  readonly op: PredicateOp;
  readonly value: unknown;
}

/** A call to try a rule on. What it leaves out is as the rule's `match` wants it. */
export interface RuleExample {
  readonly tool: string;
  readonly effect?: EffectClass | undefined;
  readonly arguments?: unknown;
  readonly mode?: RunMode | undefined;
  readonly channel?: string | undefined;
  readonly person?: PersonKey | undefined;
  readonly tainted?: boolean | undefined;
}

export interface PolicyRule {
  readonly name: string;
  readonly layer: PolicyLayer;
  readonly match: RuleMatch;
  /** All have to hold. */
  readonly where: readonly Condition[];
  readonly decision: PolicyDecision;
  readonly approvers: readonly ApproverName[];
  readonly quorum: number;
  readonly notRequester: boolean;
  readonly expiresMs?: number | undefined;
  readonly examples: { readonly match: readonly RuleExample[]; readonly noMatch: readonly RuleExample[] };
}

export interface PolicySource {
  readonly rules: readonly PolicyRule[];
  /** Who approves in a channel where no rule says. */
  readonly channelApprovers: Readonly<Record<string, readonly ApproverName[]>>;
  /** Who is meant by `group:NAME`. */
  readonly groups: Readonly<Record<string, readonly PersonKey[]>>;
}

export type Truth = "yes" | "no" | "unclear";

/** Judges one argument that is there. */
export type Test = (argument: unknown) => Truth;

/** One file in `predicates/` and one line in registry.ts. */
export interface Predicate {
  readonly op: PredicateOp;
  /** It is about a list as a whole. Others judge each entry: all yes is yes, all no is no, else it is unclear. */
  readonly wholeLists?: true;
  /** The test against a rule's value. Throws `RuleProblem` for a value it can't use. */
  compile(value: unknown): Test;
}

/** A rule with its globs and patterns ready. */
export interface ReadyRule {
  readonly name: string;
  readonly decision: PolicyDecision;
  /** An `allow` that lifts what holds where no rule speaks. */
  readonly lifts: boolean;
  /** Why it applies, for people; absent where its name says all. */
  readonly because?: string;
  /** Absent where it has no opinion. */
  readonly approvers?: readonly ApproverName[];
  readonly quorum: number;
  readonly notRequester: boolean | ((request: PolicyRequest) => boolean);
  readonly expiresMs?: number;
  applies(request: PolicyRequest): boolean;
}

/** Rules that were checked and may be judged by. */
export interface Policy {
  readonly rules: readonly ReadyRule[];
  readonly source: PolicySource;
  /** Digest of everything that decides. */
  readonly version: string;
}

/** The message says what of the rule can't be used, without the rule's name. */
export class RuleProblem extends AppError<"policy.rule"> {
  constructor(message: string) {
    super("policy.rule", message);
  }
}
