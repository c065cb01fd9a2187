// The settings of the process: environment and configuration file, checked and frozen.
//
// Owns: reading both, and reporting all their problems at once. Does not own: which settings there are (the slices),
// or the shape of the file (`config-file-schema.ts`).

import { Secret } from "../base/secret.ts";
import { type BuiltinGroups, builtinSlices } from "./builtin-slices.ts";
import type { GroupsOf, Slices } from "./contract.ts";
import { ConfigError, type ConfigProblem } from "./errors.ts";
import { type ConfigFileResult, type LoadedConfigFile, loadConfigFile } from "./file/load-config-file.ts";
import { type Environment, type Origin, readSettings } from "./read-settings.ts";
import { conflictsOf, notesOf } from "./setting-rules.ts";
import { teamsFileNotes } from "./teams-rules.ts";

export type Config = BuiltinGroups & {
  readonly file: LoadedConfigFile;
  /** The file as it is now, for the parts of it that change while the process runs. */
  readonly readFileAgain: () => ConfigFileResult;
  /** By environment name; settings without a value are left out. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Every secret of environment and file: what the redactor has to know. */
  readonly secrets: readonly Secret[];
  /** Sentences for the operator about what is allowed but worth knowing. */
  readonly notes: readonly string[];
};

export interface LoadConfigInput<Extra extends Slices> {
  readonly env: Environment;
  readonly cwd: string;
  /** Slices of other folders, beside those that this folder declares. */
  readonly slices?: Extra;
}

/** Throws one `ConfigError` with every problem of environment and file. Starts nothing, opens nothing but files. */
export function loadConfig<Extra extends Slices = Record<never, never>>(
  input: LoadConfigInput<Extra>,
): Config & GroupsOf<Extra> {
  const { env, cwd } = input;
  const slices: Slices = { ...input.slices, ...builtinSlices };
  refuseClashes(slices, input.slices ?? {});
  const read = readSettings(slices, env, cwd);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- readSettings fills every key of every slice
  const groups = read.groups as unknown as BuiltinGroups & GroupsOf<Extra>;
  const explicit = read.origins["DEPUTY_CONFIG"] !== "default";
  const readFileAgain = (): ConfigFileResult =>
    loadConfigFile({ path: groups.core.configFile, explicit, env });
  const file = readFileAgain();
  const problems: ConfigProblem[] = [...read.problems, ...file.problems];
  if (read.problems.length === 0) problems.push(...conflictsOf(groups));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze({
    ...groups,
    file: file.loaded,
    readFileAgain,
    origins: read.origins,
    secrets: [...read.secrets, ...file.loaded.secrets],
    notes: [...notesOf(groups), ...teamsFileNotes(groups, file.loaded.settings)],
  });
}

/** Two declarations of one setting are a bug of ours, not of the operator. */
function refuseClashes(slices: Slices, extra: Slices): void {
  const group = Object.keys(extra).find((key) => key in builtinSlices);
  if (group !== undefined) throw new TypeError(`Two slices are called ${group}.`);
  const names = Object.values(slices).flatMap(({ settings }) =>
    Object.values(settings).map(({ name }) => name),
  );
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new TypeError(`Two slices declare ${twice}.`);
}

/** Plain objects and arrays, all the way down. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof Secret || Object.isFrozen(value))
    return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
