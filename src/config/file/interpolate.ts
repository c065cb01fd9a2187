// `${NAME}` in the configuration file: the environment variable, or the file that `NAME_FILE` names. `${NAME:-text}` is the text
// where there is neither. `$${` is a plain `${`.

import { resolve } from "node:path";
import { type Environment, given, readSecretFile } from "../read-settings.ts";
import type { FilePath } from "./yaml-source.ts";

export interface Interpolated {
  readonly value: unknown;
  /** What stood in the file, by `pathKey`, where a value was put in its place. */
  readonly templates: ReadonlyMap<string, string>;
  /** The values of variables that are called like secrets. */
  readonly secretTexts: readonly string[];
  readonly problems: readonly { readonly path: FilePath; readonly message: string }[];
}

export function pathKey(path: FilePath): string {
  return JSON.stringify(path.map(String));
}

interface State {
  readonly env: Environment;
  readonly folder: string;
  readonly templates: Map<string, string>;
  readonly secretTexts: Set<string>;
  readonly problems: { path: FilePath; message: string }[];
}

/** Relative `NAME_FILE` paths count from `folder`. */
export function interpolate(value: unknown, env: Environment, folder: string): Interpolated {
  const state: State = { env, folder, templates: new Map(), secretTexts: new Set(), problems: [] };
  const result = walk(value, [], state);
  return {
    value: result,
    templates: state.templates,
    secretTexts: [...state.secretTexts],
    problems: state.problems,
  };
}

function walk(value: unknown, path: FilePath, state: State): unknown {
  if (typeof value === "string") return fill(value, path, state);
  if (Array.isArray(value)) return value.map((item, at) => walk(item, [...path, at], state));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    if (key === "__proto__") state.problems.push({ path: [...path, key], message: "there is no such key." });
    return [key, walk(inner, [...path, key], state)];
  });
  return Object.fromEntries(entries);
}

const reference = /\$(\$\{)|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;
const secretName = /SECRET|TOKEN|KEY|PASSW|PWD|CREDENTIAL|AUTH/i;

function fill(text: string, path: FilePath, state: State): string {
  if (!text.includes("${")) return text;
  const filled = text.replace(
    reference,
    (whole, escaped: string | undefined, name: string | undefined, otherwise: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (name !== undefined) return valueOf(name, otherwise, path, state);
      state.problems.push({ path, message: "has a ${ without a name and }; write $${ for a plain ${." });
      return whole;
    },
  );
  if (filled !== text) state.templates.set(pathKey(path), text);
  return filled;
}

function valueOf(name: string, otherwise: string | undefined, path: FilePath, state: State): string {
  const text = given(state.env, name);
  const file = text === undefined ? given(state.env, `${name}_FILE`) : undefined;
  if (text === undefined && file === undefined && otherwise !== undefined) return otherwise;
  if (text === undefined && file === undefined) {
    state.problems.push({ path, message: `reads \${${name}}, but the environment has no ${name}.` });
    return "";
  }
  const value = text ?? fromFile(`${name}_FILE`, resolve(state.folder, file ?? ""), path, state);
  if (secretName.test(name) || file !== undefined) state.secretTexts.add(value);
  return value;
}

function fromFile(name: string, file: string, path: FilePath, state: State): string {
  const source = readSecretFile(name, file);
  if (source.kind === "text") return source.text;
  if (source.kind === "problem") state.problems.push({ path, message: `reads ${name}: ${source.message}` });
  return "";
}
