// From rules as data to a policy that may be judged by: everything is compiled, and every example is tried (POL-4).

import { isAppError } from "../base/errors.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import { canonicalDigest } from "../domain/canonical-json.ts";
import { asPersonKey, asTenantId } from "../domain/ids.ts";
import type { PolicyRequest } from "../domain/policy.ts";
import { untainted } from "../domain/taint.ts";
import { builtinRules, builtinVersion } from "./builtin-rules.ts";
import type { Policy, PolicyRule, PolicySource, ReadyRule, RuleExample } from "./contract.ts";
import { readyRule } from "./ready-rule.ts";
import { shellRules } from "./shell-rules.ts";

export type LoadedPolicy =
  | { readonly kind: "loaded"; readonly policy: Policy }
  /** One sentence for each problem, with the rule's name. None of the rules may be used (PL4). */
  | { readonly kind: "broken"; readonly problems: readonly string[] };

export function loadPolicy(source: PolicySource): LoadedPolicy {
  const problems = source.rules.flatMap(problemsOf);
  if (problems.length > 0) return { kind: "broken", problems };
  const version = canonicalDigest(
    "deputy-policy-v1\n",
    JSON.parse(JSON.stringify({ builtinVersion, source })),
  );
  return {
    kind: "loaded",
    policy: { rules: [...shellRules, ...source.rules].map(readyRule), source, version },
  };
}

function problemsOf(rule: PolicyRule): string[] {
  const complain = (problem: string): string => `Rule "${rule.name}": ${problem}.`;
  if (reservedNames.has(rule.name)) return [complain("its name is that of a built-in rule; choose another")];
  // Examples say nothing of the time of day.
  const ready = tried({ ...rule, match: { ...rule.match, hours: undefined } });
  if (typeof ready === "string") return [complain(ready)];
  const failing = (examples: readonly RuleExample[], wanted: boolean): string[] =>
    examples.flatMap((example, at) =>
      ready.applies(requestOf(rule, example)) === wanted ? [] : [complain(failure(example, at, wanted))],
    );
  return [...failing(rule.examples.match, true), ...failing(rule.examples.noMatch, false)];
}

const reservedNames = new Set(
  [...builtinRules, ...shellRules].map(({ name }) => name).concat("policy-error"),
);

function tried(rule: PolicyRule): ReadyRule | string {
  try {
    return readyRule(rule);
  } catch (error) {
    if (isAppError(error)) return error.message;
    throw error;
  }
}

function failure({ tool }: RuleExample, at: number, wanted: boolean): string {
  return wanted
    ? `example ${at + 1} under match, a call of ${tool}, is not matched`
    : `example ${at + 1} under no_match, a call of ${tool}, is matched (an argument that is missing or can't be read counts as matched where the rule asks or denies)`;
}

const usual: Omit<PolicyRequest, "tool"> = {
  tenant: asTenantId("example"),
  agent: "example",
  mode: "employee",
  channel: "example",
  person: asPersonKey("example:example:example"),
  effect: "write-external",
  arguments: {},
  taint: untainted,
  now: 0,
  known: "server",
};

/** The example, and for what it leaves out what the rule wants. */
function requestOf({ match }: PolicyRule, example: RuleExample): PolicyRequest {
  const tainted = example.tainted ?? match.tainted ?? false;
  return {
    ...usual,
    ...withoutUndefined({
      effect: match.effect,
      mode: match.mode,
      channel: match.channel,
      person: match.person,
    }),
    ...withoutUndefined(example),
    tool: example.tool,
    taint: tainted ? { external: ["example"], private: [] } : untainted,
  };
}
