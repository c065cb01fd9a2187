// What must hold between settings, and what is worth a sentence though it is allowed.

import type { BuiltinGroups } from "./builtin-slices.ts";
import type { ConfigProblem } from "./errors.ts";

/** Combinations that cannot work. */
export function conflictsOf({ core, state, model }: BuiltinGroups): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const redis = state.redisUrl !== undefined || state.redisClusterNodes !== undefined;
  if (core.role !== "all" && !redis) {
    problems.push({
      where: "DEPUTY_ROLE",
      message: `is "${core.role}", and processes with one role meet in Redis: set REDIS_URL, or use the role all.`,
    });
  }
  const service = model.apiKey !== undefined || model.baseUrl !== undefined;
  if (model.api !== undefined && model.api !== "scripted" && !service) {
    problems.push({
      where: "DEPUTY_MODEL_API",
      message: `is "${model.api}", but there is neither OPENAI_API_KEY nor OPENAI_BASE_URL to reach a model with.`,
    });
  }
  return problems;
}

/** Sentences for the operator: printed by `deputy config` and at start. */
export function notesOf({ core, state, slack, teams, observability }: BuiltinGroups): readonly string[] {
  const notes: string[] = [];
  if (core.role !== "all" && state.databaseUrl === undefined) {
    notes.push(
      `The role ${core.role} shares one SQLite file with the other processes: keep all of them on this machine, or set DATABASE_URL.`,
    );
  }
  if (slack.botToken !== undefined)
    notes.push("Slack is configured, but this version does not connect to Slack yet.");
  if (teams.appId !== undefined)
    notes.push("Teams is configured, but this version does not connect to Teams yet.");
  if (observability.otlpEndpoint !== undefined) {
    notes.push("A trace collector is configured, but this version sends no traces yet.");
  }
  return notes;
}
