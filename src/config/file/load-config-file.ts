// Reads deputy.config.yml: YAML, then `${NAME}`, then the shape, then the files it names, then what must fit together.
//
//   K1  A problem names file, line and key.
//   K2  A missing file is the defaults, unless it was named.
//   K3  Nothing that came through `${NAME}` is repeated in a problem.

import { dirname, resolve } from "node:path";
import { Secret } from "../../base/secret.ts";
import { ConfigFile } from "../config-file-schema.ts";
import type { ConfigProblem } from "../errors.ts";
import type { Environment } from "../read-settings.ts";
import { readInstructions } from "./instructions-file.ts";
import { type Interpolated, interpolate, pathKey } from "./interpolate.ts";
import { findMismatches } from "./mismatches.ts";
import { readTextFile } from "./text-file.ts";
import { type FilePath, parseYaml } from "./yaml-source.ts";
import { type FileProblem, pathText, withTemplate, zodProblems } from "./zod-problems.ts";

export interface LoadedConfigFile {
  readonly path: string;
  /** False when there is none and the defaults hold. */
  readonly found: boolean;
  readonly settings: ConfigFile;
  /** What stood in the file where `settings` has something else, by `pathKey`: for printing. */
  readonly templates: ReadonlyMap<string, string>;
  readonly secrets: readonly Secret[];
}

export interface ConfigFileInput {
  /** Absolute. */
  readonly path: string;
  /** Was the file named by the operator? Then it must be there. */
  readonly explicit: boolean;
  readonly env: Environment;
}

export interface ConfigFileResult {
  /** The defaults when there are problems. */
  readonly loaded: LoadedConfigFile;
  readonly problems: readonly ConfigProblem[];
}

const maxBytes = 256 * 1024;

export function loadConfigFile(input: ConfigFileInput): ConfigFileResult {
  const { path, explicit, env } = input;
  const source = readTextFile(path, maxBytes);
  if (source.kind === "absent" && !explicit) return { loaded: defaults(path), problems: [] };
  if (source.kind !== "text") {
    const problem =
      source.kind === "absent" ? "there is no such file; DEPUTY_CONFIG names it." : source.problem;
    return { loaded: defaults(path), problems: [{ where: path, message: problem }] };
  }
  return parseConfigFile(source.text, path, env);
}

/** The content of a configuration file. Relative paths count from the folder of `path`. */
export function parseConfigFile(text: string, path: string, env: Environment): ConfigFileResult {
  const yaml = parseYaml(text);
  if (yaml.kind === "broken") {
    const problems = yaml.problems.map(({ line, message }) => ({ where: `${path}, line ${line}`, message }));
    return { loaded: defaults(path), problems };
  }
  const filled = interpolate(yaml.value ?? {}, env, dirname(path));
  const checked = check(filled, dirname(path));
  const problems = [...filled.problems, ...checked.problems]
    .map((problem) => withTemplate(problem, filled.value, checked.templates))
    .map((problem) => ({
      where: whereOf(path, yaml.lineOf(problem.path), problem.path),
      message: problem.message,
    }));
  if (problems.length > 0 || checked.settings === undefined) return { loaded: defaults(path), problems };
  const { settings, templates } = checked;
  const secrets = [...secretsIn(settings), ...filled.secretTexts.map((secret) => new Secret(secret))];
  return { loaded: { path, found: true, settings, templates, secrets }, problems: [] };
}

interface Checked {
  readonly settings?: ConfigFile;
  readonly templates: ReadonlyMap<string, string>;
  readonly problems: readonly FileProblem[];
}

function check(filled: Interpolated, folder: string): Checked {
  const { templates } = filled;
  const parsed = ConfigFile.safeParse(filled.value);
  if (!parsed.success) return { templates, problems: withoutEchoes(zodProblems(parsed.error), filled) };
  const read = readInstructions(withAbsolutePaths(parsed.data, folder), folder, templates);
  return { ...read, problems: withoutEchoes([...read.problems, ...findMismatches(read.settings)], filled) };
}

/** A variable that is missing has been reported; what is wrong with the blank in its place is noise. */
function withoutEchoes(problems: readonly FileProblem[], filled: Interpolated): readonly FileProblem[] {
  const reported = new Set(filled.problems.map(({ path }) => pathKey(path)));
  return problems.filter(({ path }) => !reported.has(pathKey(path)));
}

function withAbsolutePaths(settings: ConfigFile, folder: string): ConfigFile {
  const { audit_anchor: anchors, audit_stream: stream } = settings.security;
  const mcp = Object.entries(settings.mcp).map(([server, config]) => {
    const { command } = config;
    const relative = command !== undefined && /^\.{1,2}\//.test(command);
    return [server, relative ? { ...config, command: resolve(folder, command) } : config] as const;
  });
  return {
    ...settings,
    mcp: Object.fromEntries(mcp),
    security: {
      ...settings.security,
      ...(anchors && { audit_anchor: anchors.map((file) => resolve(folder, file)) }),
      ...(stream?.file === undefined
        ? {}
        : { audit_stream: { ...stream, file: resolve(folder, stream.file) } }),
    },
  };
}

function whereOf(path: string, line: number, key: FilePath): string {
  const name = pathText(key);
  return name === "" ? `${path}, line ${line}` : `${path}, line ${line}, ${name}`;
}

function defaults(path: string): LoadedConfigFile {
  return { path, found: false, settings: ConfigFile.parse({}), templates: new Map(), secrets: [] };
}

function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}
