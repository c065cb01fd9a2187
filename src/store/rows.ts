// Between stored rows and the words of the domain.

import type { z } from "zod";
import { parseJson } from "../base/json.ts";
import { CorruptRow, NewerRow } from "./errors.ts";

/** Where a stored value came from, for the error that names it. */
export interface RowPlace {
  readonly table: string;
  readonly key: string;
  /** When the row was written, where its table tells. */
  readonly since?: number;
}

/** The stored JSON as `schema` reads it; throws `CorruptRow`, `NewerRow` where all that is strange are the names of kinds. */
export function readJson<S extends z.ZodType>(schema: S, text: string, place: RowPlace): z.output<S> {
  const json = parseJson(text);
  if (!json) throw new CorruptRow(place.table, place.key, undefined);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const { table, key, since } = place;
  if (isOfUnknownKind(parsed.error, json.value)) throw new NewerRow(table, key, parsed.error, since);
  throw new CorruptRow(table, key, parsed.error);
}

/** A name is there where one of a known kind was to be: nothing is missing and nothing is of another type. */
function isOfUnknownKind(error: z.ZodError, value: unknown): boolean {
  return error.issues.every(
    (issue) =>
      (issue.code === "invalid_union" || issue.code === "invalid_value") &&
      (issue.code === "invalid_value" || issue.errors.length === 0) &&
      typeof at(value, issue.path) === "string",
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
}

type Nullable<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T];
type Present<T> = { [K in Exclude<keyof T, Nullable<T>>]: T[K] } & { [K in Nullable<T>]?: NonNullable<T[K]> };

/** The row without the columns that are null: the domain leaves absent members out. */
export function withoutNulls<T extends object>(row: T): Present<T> {
  const present: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) if (value !== null) present[name] = value;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- exactly the nulls were taken out
  return present as Present<T>;
}

/** Text as both databases can hold it: Postgres refuses NUL. JSON text needs no such care, it escapes. */
export function storableText(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}
