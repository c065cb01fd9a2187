// What a setting is: one environment variable with a description, a check and perhaps a default.
//
// Owns: the words with which every folder declares its own settings (its `env.ts`). Does not own: reading the
// environment (`load-config.ts`), or what the values mean.
//
//   G1  A setting is checked before anything starts; what it refuses says what was expected.
//   G2  The value of a secret is a `Secret` from the moment it is read, and no problem text repeats it.
//   G3  Blank is absent: `NAME=` means the default.
//   G4  What is printed of a setting that is no secret means the same when it is set.

import { resolve } from "node:path";
import { z } from "zod";
import { Secret } from "../base/secret.ts";

export interface Setting<Value> {
  /** The environment variable. */
  readonly name: string;
  /** One line for the settings page. */
  readonly description: string;
  /** Read as if it had been set. */
  readonly fallback: string | undefined;
  /** What holds without it, in words, where that is not a fixed text. */
  readonly otherwise: string | undefined;
  /** May also come as `NAME_FILE`, and is never printed. */
  readonly secret: boolean;
  /** `text` is trimmed and not blank. Relative paths count from `cwd`. */
  read(text: string, cwd: string): Reading<Value>;
  /** The value as `deputy config` prints it: what is no secret can be set like that (G4). */
  show(value: unknown): string;
}

type Reading<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "problem"; readonly problem: string };

export interface SettingSpec<Value> {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType<Value, string>;
  readonly default?: string;
  readonly otherwise?: string;
  /** Where the value is not the text, a list or JSON. */
  readonly show?: (value: unknown) => string;
}

export function setting<Value>(spec: SettingSpec<Value> & { readonly default: string }): Setting<Value>;
export function setting<Value>(spec: SettingSpec<Value>): Setting<Value | undefined>;
export function setting<Value>(spec: SettingSpec<Value>): Setting<Value> {
  return {
    ...described(spec),
    secret: false,
    read: (text) => {
      const parsed = spec.schema.safeParse(text);
      if (parsed.success) return { kind: "value", value: parsed.data };
      return { kind: "problem", problem: `is "${shortened(text)}": ${firstMessage(parsed.error)}` };
    },
    show: spec.show ?? plainly,
  };
}

function plainly(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface PathSpec {
  /** Of what is no path, and stays as it is. */
  readonly unless?: RegExp;
  readonly name: string;
  readonly description: string;
  readonly schema?: z.ZodType<string, string>;
  readonly default?: string;
  readonly otherwise?: string;
}

/** A folder or file; the value is an absolute path. */
export function pathSetting(spec: PathSpec & { readonly default: string }): Setting<string>;
export function pathSetting(spec: PathSpec): Setting<string | undefined>;
export function pathSetting(spec: PathSpec): Setting<string> {
  const plain = setting({ ...spec, schema: spec.schema ?? z.string() });
  return {
    ...plain,
    read: (text, cwd) => {
      const reading = plain.read(text, cwd);
      if (reading.kind === "problem") return reading;
      if (spec.unless?.test(text)) return { kind: "value", value: text };
      return { kind: "value", value: resolve(cwd, reading.value ?? text) };
    },
    show: String,
  };
}

export interface SecretSpec {
  readonly name: string;
  readonly description: string;
  /** Checks, and may normalise, the text; its message must not repeat the text (G2). */
  readonly schema?: z.ZodType<string, string>;
  /** What of the value may be printed beside its fingerprint, such as the host of an address. */
  readonly showPart?: (text: string) => string;
  readonly otherwise?: string;
}

export function secretSetting(spec: SecretSpec): Setting<Secret | undefined> {
  const { schema, showPart } = spec;
  return {
    ...described(spec),
    secret: true,
    read: (text) => {
      const parsed = schema?.safeParse(text);
      if (parsed?.success === false)
        return { kind: "problem", problem: `is not usable: ${firstMessage(parsed.error)}` };
      return { kind: "value", value: new Secret(parsed?.data ?? text) };
    },
    show: (value) => {
      if (!(value instanceof Secret)) return "[secret]";
      return showPart === undefined ? value.toString() : `${showPart(value.reveal())} ${value.toString()}`;
    },
  };
}

/** The settings of one concern, by the name under which code reads them. */
export interface Slice {
  /** Heading on the settings page. */
  readonly title: string;
  /** A sentence above the table, such as what of it this version does not use yet. */
  readonly note?: string;
  readonly settings: Readonly<Record<string, Setting<unknown>>>;
}

export type Slices = Readonly<Record<string, Slice>>;

/** What code gets of a slice. */
export type ValuesOf<S extends Slice> = {
  readonly [Key in keyof S["settings"]]: S["settings"][Key] extends Setting<infer Value> ? Value : never;
};

export type GroupsOf<S extends Slices> = { readonly [Group in keyof S]: ValuesOf<S[Group]> };

interface Described {
  readonly name: string;
  readonly description: string;
  readonly fallback: string | undefined;
  readonly otherwise: string | undefined;
}

function described(spec: {
  readonly name: string;
  readonly description: string;
  readonly default?: string;
  readonly otherwise?: string;
}): Described {
  return {
    name: spec.name,
    description: spec.description,
    fallback: spec.default,
    otherwise: spec.otherwise,
  };
}

function firstMessage(error: z.ZodError): string {
  return error.issues[0]?.message ?? "not valid";
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
