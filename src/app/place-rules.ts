// What holds in each place, from the configuration file: who is heard, by which agent, within which budget.

import type { Config } from "../config/load-config.ts";
import type { Agent } from "../domain/agent.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import type { RulesFor } from "../gateway/rules.ts";
import type { AgentDirectory } from "../runtime/deps.ts";
import { defaultAgent, tighterBudget, toLimits } from "./agent-directory.ts";

export function createRulesFor(
  config: Config,
  agents: AgentDirectory & { readonly all: readonly Agent[] },
): RulesFor {
  const { channels, groups } = config.file.settings;
  return (address) => {
    const place = channels[address.channel];
    const agent = agents.find(place?.agent ?? defaultAgent(agents.all).name);
    return {
      enabled: place?.enabled ?? true,
      reply: place?.reply ?? "followers",
      guests: place?.guests ?? false,
      bots: [],
      agent: agent.name,
      budget: place ? tighterBudget(agent.budget, toLimits(place.budget)) : agent.budget,
      managers: agent.managers,
      approvers: (place?.approvers ?? []).flatMap((name) => people(name, agent, groups)),
    };
  };
}

/** `managers`, `group:finance` or a person key; `requester` is whoever asked, who may always stop. */
function people(
  name: string,
  agent: Agent,
  groups: Readonly<Record<string, readonly string[]>>,
): readonly PersonKey[] {
  if (name === "managers") return agent.managers;
  if (name === "requester") return [];
  if (name.startsWith("group:")) return (groups[name.slice("group:".length)] ?? []).map(asPersonKey);
  return [asPersonKey(name)];
}
