// The policy of the configuration file, in the shape that it is judged in.

import type { ConfigFile } from "../config/config-file-schema.ts";
import { ConfigError } from "../config/errors.ts";
import type { LoadedConfigFile } from "../config/file/load-config-file.ts";
import type { PolicyRuleConfig } from "../config/file/policy-schema.ts";
import type { Policy, PolicyRule, PolicySource } from "../policy/contract.ts";
import { loadPolicy } from "../policy/load-policy.ts";

export function policySourceOf({ policy, channels, groups }: ConfigFile): PolicySource {
  return {
    rules: policy.map(toRule),
    channelApprovers: Object.fromEntries(
      Object.entries(channels).map(([channel, { approvers }]) => [channel, approvers]),
    ),
    groups,
  };
}

/** Throws a `ConfigError` for rules that can't be used, and for examples that fail (POL-4). */
export function policyOf({ path, settings }: Pick<LoadedConfigFile, "path" | "settings">): Policy {
  const loaded = loadPolicy(policySourceOf(settings));
  if (loaded.kind === "loaded") return loaded.policy;
  throw new ConfigError(loaded.problems.map((message) => ({ where: `${path}, policy`, message })));
}

function toRule(rule: PolicyRuleConfig): PolicyRule {
  const { match, examples, not_requester: notRequester, expires: expiresMs, ...same } = rule;
  const { hours, ...scope } = match;
  return {
    ...same,
    match: hours === undefined ? scope : { ...scope, hours: { ...hours, timeZone: hours.timezone } },
    notRequester,
    expiresMs,
    examples: { match: examples.match, noMatch: examples.no_match },
  };
}
