// What must hold between settings, and what is worth a sentence though it is allowed.

import type { BuiltinGroups } from "./builtin-slices.ts";
import { bucketOf } from "./env-state.ts";
import type { ConfigProblem } from "./errors.ts";
import { slackConflicts, slackNotes } from "./slack-rules.ts";
import { teamsConflicts, teamsNotes } from "./teams-rules.ts";

/** Combinations that cannot work. */
export function conflictsOf(groups: BuiltinGroups): readonly ConfigProblem[] {
  const { core, state, model } = groups;
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
  if (
    bucketOf(state.blobs) !== undefined &&
    (state.awsKeyId === undefined || state.awsSecretKey === undefined)
  ) {
    problems.push({
      where: "DEPUTY_BLOBS",
      message: "is on S3, which takes a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    });
  }
  return [...problems, ...slackConflicts(groups), ...teamsConflicts(groups)];
}

/** Sentences for the operator: printed by `deputy config` and at start. */
export function notesOf(groups: BuiltinGroups): readonly string[] {
  const { core, state } = groups;
  const notes: string[] = [];
  if (core.role !== "all" && state.databaseUrl === undefined) {
    notes.push(
      `The role ${core.role} shares one SQLite file with the other processes: keep all of them on this machine, or set DATABASE_URL.`,
    );
  }
  notes.push(...slackNotes(groups), ...teamsNotes(groups));
  return notes;
}
