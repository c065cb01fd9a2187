// The employees of this installation, from the configuration file.

import type { AgentConfig, BudgetConfig } from "../config/config-file-schema.ts";
import type { Config } from "../config/load-config.ts";
import type { Agent } from "../domain/agent.ts";
import type { Budget } from "../domain/budget.ts";
import { asPersonKey } from "../domain/ids.ts";
import type { AgentDirectory } from "../runtime/deps.ts";

/** Steps of a run whose agent and channel name none (design 10, numbers). */
const defaultSteps = 500;

export function createAgentDirectory(config: Config): AgentDirectory & { readonly all: readonly Agent[] } {
  const all = config.file.settings.agents.map((agent) => toAgent(agent, config.model.model));
  return {
    all,
    checkInMs: config.limits.checkInMs,
    quietHours: config.file.settings.quiet_hours,
    approvalMs: config.limits.approvalTtlMs,
    find: (name) => all.find((agent) => agent.name === name) ?? defaultAgent(all),
  };
}

/** The first agent of the file; the schema guarantees one. */
export function defaultAgent(all: readonly Agent[]): Agent {
  const [first] = all;
  if (!first) throw new TypeError("The configuration has no agent");
  return first;
}

function toAgent(agent: AgentConfig, model: string): Agent {
  return {
    name: agent.name,
    role: agent.role,
    instructions: agent.instructions,
    managers: agent.managers.map(asPersonKey),
    tools: agent.tools,
    model: agent.model ?? model,
    budget: toBudget(agent.budget),
  };
}

/** The tighter of the agent's and the channel's limits, each by itself. */
export function tighterBudget(a: Budget, b: Partial<Budget>): Budget {
  const least = (x: number | undefined, y: number | undefined): number | undefined =>
    x === undefined || y === undefined ? (x ?? y) : Math.min(x, y);
  const usdMicros = least(a.usdMicros, b.usdMicros);
  const tokens = least(a.tokens, b.tokens);
  const hours = least(a.hours, b.hours);
  return {
    steps: least(a.steps, b.steps) ?? a.steps,
    ...(usdMicros === undefined ? {} : { usdMicros }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(hours === undefined ? {} : { hours }),
  };
}

export function toBudget(budget: BudgetConfig): Budget {
  return { steps: budget.steps ?? defaultSteps, ...toLimits(budget) };
}

/** Only what the file sets. */
export function toLimits(budget: BudgetConfig): Partial<Budget> {
  return {
    ...(budget.steps === undefined ? {} : { steps: budget.steps }),
    ...(budget.usd === undefined ? {} : { usdMicros: Math.round(budget.usd * 1e6) }),
    ...(budget.tokens === undefined ? {} : { tokens: budget.tokens }),
    ...(budget.hours === undefined ? {} : { hours: budget.hours }),
  };
}
