import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { PolicyRequest } from "../../src/domain/policy.ts";
import { untainted } from "../../src/domain/taint.ts";
import type { Policy, PolicyRule, PolicySource } from "../../src/policy/contract.ts";
import { loadPolicy } from "../../src/policy/load-policy.ts";

export const ana = asPersonKey("slack:T1:UANA");

export function rule(given: Partial<PolicyRule> = {}): PolicyRule {
  return {
    name: "a-rule",
    layer: "org",
    match: {},
    where: [],
    decision: "ask",
    approvers: ["requester"],
    quorum: 1,
    notRequester: false,
    examples: { match: [], noMatch: [] },
    ...given,
  };
}

/** A call of a server's tool that writes, by nobody suspicious. */
export function request(given: Partial<PolicyRequest> = {}): PolicyRequest {
  return {
    tenant: asTenantId("slack-T1"),
    agent: "deputy",
    mode: "assistant",
    channel: "C01",
    person: ana,
    tool: "mail__send",
    effect: "write-external",
    arguments: {},
    taint: untainted,
    now: Date.UTC(2026, 0, 5, 12),
    known: "server",
    personKind: "member",
    ...given,
  };
}

export function policyOf(
  rules: readonly PolicyRule[],
  channelApprovers: PolicySource["channelApprovers"] = {},
): Policy {
  const loaded = loadPolicy({ rules, channelApprovers, groups: {} });
  if (loaded.kind === "broken") throw new Error(loaded.problems.join("\n"));
  return loaded.policy;
}
