// What holds in each place, from the configuration file: who is heard, by which agent, within which budget.

import type { Config } from "../config/load-config.ts";
import type { Agent } from "../domain/agent.ts";
import type { Brake } from "../domain/brake.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import type { RulesFor } from "../gateway/rules.ts";
import type { AgentDirectory } from "../runtime/deps.ts";
import { defaultAgent, tighterBudget, toLimits } from "./agent-directory.ts";

type Place = Config["file"]["settings"]["channels"][string];

/** Where the file says nothing. */
const anyPlace: Place = { enabled: true, reply: "followers", guests: false, approvers: [], budget: {} };

export function createRulesFor(
  config: Config,
  agents: AgentDirectory & { readonly all: readonly Agent[] },
  brakes: () => readonly Brake[],
): RulesFor {
  const { channels, groups } = config.file.settings;
  return (address, name) => {
    const place = channels[address.channel] ?? anyPlace;
    const agent = agents.find(name ?? place.agent ?? defaultAgent(agents.all).name);
    return {
      enabled: place.enabled,
      reply: place.reply,
      guests: place.guests,
      bots: [],
      agent: agent.name,
      budget: tighterBudget(agent.budget, toLimits(place.budget)),
      managers: agent.managers,
      approvers: place.approvers.flatMap((approver) => people(approver, agent, groups)),
      revoked: new Set(
        brakes().flatMap(({ kind, name: who }) => (kind === "person" ? [asPersonKey(who)] : [])),
      ),
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
