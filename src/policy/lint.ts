// What in a policy is allowed but does nothing, or less than it seems to.

import type { PolicyRule } from "./contract.ts";

/** One sentence for each, with the rule's name. `tools`: the names of tools that there are, as far as they are known. */
export function lintPolicy(rules: readonly PolicyRule[], isKnownTool: (glob: string) => boolean): string[] {
  return rules.flatMap((rule) =>
    checks.flatMap((check) => {
      const found = check(rule, isKnownTool);
      return found === undefined ? [] : [`Rule "${rule.name}": ${found}.`];
    }),
  );
}

type Check = (rule: PolicyRule, isKnownTool: (glob: string) => boolean) => string | undefined;

const checks: readonly Check[] = [
  ({ decision, layer }) =>
    decision === "allow" && layer !== "org"
      ? `an allow of the layer ${layer} loosens nothing, because lower layers only tighten; allow it under org, or leave it out`
      : undefined,
  ({ decision, match }) =>
    decision === "allow" && ["money", "destructive", "admin"].includes(match.effect ?? "")
      ? `${match.effect ?? ""} needs a second person whatever is allowed, so this allow does nothing`
      : undefined,
  ({ decision, match, where }) =>
    decision === "allow" && where.length === 0 && Object.values(match).every((value) => value === undefined)
      ? "it allows everything that no stricter rule speaks of; name a tool or an effect"
      : undefined,
  ({ decision, notRequester, approvers }) =>
    decision === "ask" && notRequester && approvers.every((approver) => approver === "requester")
      ? "the requester is its only approver and may not decide, so the channel's approvers or the managers do; name them"
      : undefined,
  ({ decision, quorum, approvers }) =>
    decision === "ask" && quorum > 1 && approvers.every((approver) => approver === "requester")
      ? `it needs ${quorum} approvers and names only the requester, so nobody can give that approval`
      : undefined,
  ({ match: { tool } }, isKnownTool) =>
    tool !== undefined && !isKnownTool(tool) ? `no tool is called ${tool} here` : undefined,
  ({ where, examples }) =>
    where.length > 0 && examples.match.length + examples.noMatch.length === 0
      ? "it looks at arguments and has no examples; an example under match and one under no_match keep it honest"
      : undefined,
];
