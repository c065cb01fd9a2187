// Reads the settings of all slices from an environment. Collects problems instead of stopping at the first.

import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemErrorCode } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import type { Setting, Slices } from "./contract.ts";
import type { ConfigProblem } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value came from; `file` is a `NAME_FILE`. */
export type Origin = "default" | "environment" | "file";

export interface ReadSettings {
  readonly groups: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** By environment name; settings without a value are left out. */
  readonly origins: Readonly<Record<string, Origin>>;
  readonly secrets: readonly Secret[];
  readonly problems: readonly ConfigProblem[];
}

const maxSecretBytes = 64 * 1024;

export function readSettings(slices: Slices, env: Environment, cwd: string): ReadSettings {
  const origins: Record<string, Origin> = {};
  const secrets: Secret[] = [];
  const problems: ConfigProblem[] = [];
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [group, slice] of Object.entries(slices)) {
    const values: Record<string, unknown> = {};
    for (const [key, setting] of Object.entries(slice.settings)) {
      const found = readOne(setting, env, cwd);
      if (found.kind === "problem") problems.push({ where: found.where, message: found.message });
      values[key] = found.kind === "value" ? found.value : undefined;
      if (found.kind !== "value") continue;
      origins[setting.name] = found.origin;
      if (found.value instanceof Secret) secrets.push(found.value);
    }
    groups[group] = values;
  }
  return { groups, origins, secrets, problems: [...problems, ...unknownNames(slices, env)] };
}

type Found =
  | { readonly kind: "value"; readonly value: unknown; readonly origin: Origin }
  | { readonly kind: "nothing" }
  | { readonly kind: "problem"; readonly where: string; readonly message: string };

function readOne(setting: Setting<unknown>, env: Environment, cwd: string): Found {
  const source = textOf(setting, env, cwd);
  if (source.kind !== "text") return source;
  const reading = setting.read(source.text, cwd);
  return reading.kind === "value"
    ? { kind: "value", value: reading.value, origin: source.origin }
    : { kind: "problem", where: source.name, message: `${reading.problem}.` };
}

type Source =
  | { readonly kind: "text"; readonly text: string; readonly origin: Origin; readonly name: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "problem"; readonly where: string; readonly message: string };

function textOf(setting: Setting<unknown>, env: Environment, cwd: string): Source {
  const { name, fallback } = setting;
  const fileName = `${name}_FILE`;
  const text = given(env, name);
  const file = setting.secret ? given(env, fileName) : undefined;
  if (text !== undefined && file !== undefined) {
    return { kind: "problem", where: fileName, message: `${name} is set too; set one of the two.` };
  }
  if (file !== undefined) return readSecretFile(fileName, resolve(cwd, file));
  if (text !== undefined) return { kind: "text", text, origin: "environment", name };
  if (fallback !== undefined) return { kind: "text", text: fallback, origin: "default", name };
  return { kind: "nothing" };
}

/** The trimmed value, or `undefined` if it is absent or blank (G3). */
export function given(env: Environment, name: string): string | undefined {
  const text = Object.hasOwn(env, name) ? env[name]?.trim() : undefined;
  return text === "" ? undefined : text;
}

/** The trimmed content of the file that a `NAME_FILE` names. */
export function readSecretFile(name: string, path: string): Source {
  const problem = (message: string): Source => ({ kind: "problem", where: name, message });
  try {
    const handle = openSync(path, "r");
    try {
      const stat = fstatSync(handle);
      if (stat.isDirectory()) return problem(`${path} is a folder; name a file that holds the secret.`);
      if (stat.size > maxSecretBytes) return problem(`${path} is larger than 64 KB; that is no secret.`);
      const text = readFileSync(handle, "utf8")
        .replace(/^\uFEFF/, "")
        .trim();
      if (text === "") return problem(`${path} is empty; write the secret into it.`);
      return { kind: "text", text, origin: "file", name };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return problem(`${path} cannot be read (${systemErrorCode(error) ?? "unknown error"}).`);
  }
}

/** `DEPUTY_*` names that nobody declared: a misspelt limit must not become the default in silence. */
function unknownNames(slices: Slices, env: Environment): ConfigProblem[] {
  const settings = Object.values(slices).flatMap((slice) => Object.values(slice.settings));
  const known = settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return Object.keys(env)
    .filter((name) => name.startsWith("DEPUTY_") && given(env, name) !== undefined && !known.includes(name))
    .toSorted()
    .map((name) => ({ where: name, message: unknownMessage(name, known) }));
}

function unknownMessage(name: string, known: readonly string[]): string {
  const plain = name.replace(/_FILE$/, "");
  if (plain !== name && known.includes(plain))
    return `only secrets are read from files; set ${plain} itself.`;
  const nearest = nearestName(name, known);
  if (nearest === undefined) return "there is no such setting; docs/settings.md lists them all.";
  return `there is no such setting; did you mean ${nearest}?`;
}
