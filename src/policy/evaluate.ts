// May this be done? Every rule that applies is heard, and the strictest is followed.

import {
  type ApproverName,
  type PolicyDecision,
  type PolicyRequest,
  type PolicyVerdict,
} from "../domain/policy.ts";
import { builtinRules, decisionWithoutRule } from "./builtin-rules.ts";
import type { Policy, ReadyRule } from "./contract.ts";

/** Pure, and never throws (PL1). */
export function evaluate(policy: Policy, request: PolicyRequest): PolicyVerdict {
  try {
    return verdictOf(policy, request);
  } catch {
    return failedVerdict(policy, request); // what went wrong is a bug; it must not open a door
  }
}

function verdictOf(policy: Policy, request: PolicyRequest): PolicyVerdict {
  const applying = [...builtinRules, ...policy.rules].filter((rule) => rule.applies(request));
  const strict = strictestOf(applying);
  if (strict.length > 0) return decided(policy, request, strict);
  const lifting = applying.filter(({ lifts }) => lifts);
  if (lifting.length > 0) return decided(policy, request, lifting);
  return decided(policy, request, []);
}

/** The rules that deny; else those that ask. */
function strictestOf(rules: readonly ReadyRule[]): ReadyRule[] {
  const denying = rules.filter(({ decision }) => decision === "deny");
  return denying.length > 0 ? denying : rules.filter(({ decision }) => decision === "ask");
}

function decided(policy: Policy, request: PolicyRequest, rules: readonly ReadyRule[]): PolicyVerdict {
  const decision = rules[0]?.decision ?? decisionWithoutRule(request);
  const names = rules.map(({ name }) => name).toSorted();
  const base = { decision, rules: names, why: whyOf(decision, rules, request), version: policy.version };
  if (decision !== "ask") return { ...base, approvers: [], quorum: 1, notRequester: false };
  const notRequester = rules.some((rule) => excludesRequester(rule, request));
  const expiries = rules.flatMap(({ expiresMs }) => (expiresMs === undefined ? [] : [expiresMs]));
  return {
    ...base,
    ...approversOf(policy, request, rules, notRequester),
    quorum: Math.max(1, ...rules.map(({ quorum }) => quorum)),
    notRequester,
    ...(expiries.length > 0 ? { expiresMs: Math.min(...expiries) } : {}),
  };
}

function excludesRequester({ notRequester }: ReadyRule, request: PolicyRequest): boolean {
  return typeof notRequester === "boolean" ? notRequester : notRequester(request);
}

/** Where four eyes are asked for, "requester" is no answer: a rule that names nobody else has no opinion. */
function approversOf(
  policy: Policy,
  { channel }: PolicyRequest,
  rules: readonly ReadyRule[],
  notRequester: boolean,
): Pick<PolicyVerdict, "approvers" | "alsoIn"> {
  const without = (names: readonly ApproverName[]): ApproverName[] =>
    [...new Set(names)].filter((name) => !notRequester || name !== "requester").toSorted();
  const sets = rules.map(({ approvers = [] }) => without(approvers)).filter((set) => set.length > 0);
  const distinct = [...new Map(sets.map((set) => [set.join(" "), set])).entries()]
    .toSorted(([a, one], [b, other]) => one.length - other.length || (a < b ? -1 : 1))
    .map(([, set]) => set);
  const [approvers, ...alsoIn] = distinct;
  if (approvers === undefined) return { approvers: usualApprovers(policy, channel, without) };
  return { approvers, ...(alsoIn.length > 0 ? { alsoIn } : {}) };
}

function usualApprovers(
  policy: Policy,
  channel: string,
  without: (names: readonly ApproverName[]) => ApproverName[],
): ApproverName[] {
  const { channelApprovers } = policy.source;
  const here = Object.hasOwn(channelApprovers, channel) ? (channelApprovers[channel] ?? []) : [];
  const usual = without(here.length > 0 ? here : ["requester", "managers"]);
  return usual.length > 0 ? usual : ["managers"];
}

function whyOf(decision: PolicyDecision, rules: readonly ReadyRule[], { effect }: PolicyRequest): string {
  const reasons = rules.map(({ name, because }) =>
    because === undefined ? `rule ${name}` : `${because} (${name})`,
  );
  if (reasons.length === 0) {
    return decision === "allow"
      ? `no rule speaks against a tool of the kind ${effect}`
      : `no rule allows a tool of the kind ${effect}, so a person decides`;
  }
  return reasons.toSorted().join("; ");
}

function failedVerdict(policy: Policy, { effect }: PolicyRequest): PolicyVerdict {
  return {
    decision: effect === "read" ? "ask" : "deny",
    rules: ["policy-error"],
    why: "the policy could not be judged, and what can't be judged is not done",
    version: policy.version,
    approvers: ["managers"],
    quorum: 1,
    notRequester: false,
  };
}
