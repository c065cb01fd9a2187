// What `deputy doctor` looks at of what others have to be able to trust: the rules, and the record (OPS-4).

import { anchorFilesOf } from "../app/audit-edges.ts";
import { logOf } from "../app/log-of.ts";
import { openConfiguredStore } from "../app/open-edges.ts";
import { policyOf } from "../app/policy-source.ts";
import { lookAtChains } from "../audit/look.ts";
import type { Config } from "../config/load-config.ts";
import { lintPolicy } from "../policy/lint.ts";
import type { Finding } from "./check.ts";
import { knowsTool } from "./known-tools.ts";

/** Throws for rules that can't be used: that is the failed check. */
export function policyCheck(config: Config): Finding {
  const { source, version } = policyOf(config.file);
  const { rules } = source;
  const observed = `${rules.length} rules beside the built-in ones, version ${version.slice(0, 12)}`;
  const warnings = lintPolicy(rules, knowsTool(config));
  const [first] = warnings;
  if (first === undefined) return { status: "pass", observed };
  const more = warnings.length > 1 ? ` and ${warnings.length - 1} more` : "";
  return {
    status: "warn",
    observed: `${observed}; ${first}${more}`,
    fix: "`deputy policy lint` shows all of it.",
  };
}

/** What the file sets up has no owner: the agent's managers are asked in place of one (SF6). Nothing where it sets up none. */
export function schedulesCheck({ file: { settings } }: Config): Finding | undefined {
  const { agents, schedules } = settings;
  if (schedules.length === 0) return undefined;
  const alone = schedules.filter(({ agent, channel }) => {
    const { managers = [] } = agents.find(({ name }) => name === agent) ?? agents[0] ?? {};
    const [platform, ...rest] = channel.split(":");
    const isNamed = rest.length > 0 && !channel.startsWith("19:");
    return !managers.some((manager) => !isNamed || manager.startsWith(`${platform}:`));
  });
  if (alone.length === 0)
    return { status: "pass", observed: `${schedules.length}, each with a manager to ask` };
  return {
    status: "warn",
    observed: `nobody is there to ask or to mention for ${alone.map(({ name }) => name).join(", ")}`,
    fix: "Name somebody of the channel's platform under managers of the agent: what the work asks would stay open.",
  };
}

export async function auditCheck(config: Config): Promise<Finding> {
  const store = await openConfiguredStore(config, logOf(config, { to: "stderr" }));
  try {
    const { tenants, events, anchors, problems } = await lookAtChains(store, anchorFilesOf(config));
    if (problems.length > 0) {
      const fix =
        "Keep the database and the anchor files as they are, then `deputy audit export` and `deputy audit verify --anchor`.";
      return { status: "fail", observed: problems.join("; "), fix };
    }
    if (events === 0) return { status: "pass", observed: "no events yet" };
    const anchored = anchors === 0 ? "not anchored yet" : "its anchor agrees";
    return {
      status: "pass",
      observed: `${events} events of ${tenants === 1 ? "1 tenant" : `${tenants} tenants`} end as they should; ${anchored}`,
    };
  } finally {
    await store.close();
  }
}
