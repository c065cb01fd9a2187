// The effective settings for people's eyes: what `deputy config` prints. Secrets are shown by fingerprint.

import { Secret } from "../base/secret.ts";
import { builtinSlices } from "./builtin-slices.ts";
import type { Slices } from "./contract.ts";
import { pathKey } from "./file/interpolate.ts";
import type { Config } from "./load-config.ts";
import type { Origin } from "./read-settings.ts";

interface DescribedSetting {
  readonly name: string;
  readonly group: string;
  /** Absent when it is not set and has no default. */
  readonly value?: string;
  readonly origin: Origin | "unset";
}

export interface DescribedConfig {
  readonly settings: readonly DescribedSetting[];
  readonly file: { readonly path: string; readonly found: boolean; readonly settings: unknown };
  readonly notes: readonly string[];
}

/** `slices` are those that were given to `loadConfig`. The result is JSON and holds no secret. */
export function describeConfig(config: Config, slices: Slices = {}): DescribedConfig {
  const groups: Readonly<Record<string, unknown>> = { ...config };
  const all: Slices = { ...builtinSlices, ...slices };
  const settings = Object.entries(all).flatMap(([group, slice]) =>
    Object.entries(slice.settings).map(([key, setting]): DescribedSetting => {
      const value = valueIn(groups[group], key);
      const origin = config.origins[setting.name] ?? "unset";
      return {
        name: setting.name,
        group,
        origin,
        ...(value !== undefined && { value: setting.show(value) }),
      };
    }),
  );
  const { path, found, templates } = config.file;
  const file = { path, found, settings: printable(config.file.settings, [], templates) };
  return { settings, file, notes: config.notes };
}

function valueIn(group: unknown, key: string): unknown {
  if (typeof group !== "object" || group === null) return undefined;
  return Object.entries(group).find(([name]) => name === key)?.[1];
}

/** The content as JSON, with what stood in the file in place of variables and named files. */
function printable(
  value: unknown,
  path: readonly (string | number)[],
  templates: ReadonlyMap<string, string>,
): unknown {
  const template = templates.get(pathKey(path));
  if (template !== undefined) return template;
  if (value instanceof Secret) return value.toString();
  if (Array.isArray(value)) return value.map((item, at) => printable(item, [...path, at], templates));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, printable(inner, [...path, key], templates)]),
  );
}
