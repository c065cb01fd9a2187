// JSON in one form (RFC 8785): what is hashed and signed.
//
//   CJ1  What is in order already is written by JSON.stringify, which spells strings and numbers as the form wants them; the rest
//        is the library's. Both give the same text.

import { createHash } from "node:crypto";
import { canonicalize } from "json-canonicalize";

/** Throws for what JSON cannot hold: functions, symbols, numbers that are not finite. */
export function canonicalJson(value: unknown): string {
  return isInOrder(value) ? JSON.stringify(value) : canonicalize(value);
}

/** Lower-case hex SHA-256 over `prefix` followed by the canonical form of `value`. */
export function canonicalDigest(prefix: string, value: unknown): string {
  return createHash("sha256").update(prefix).update(canonicalJson(value)).digest("hex");
}

/**
 * Whether `text` is the canonical form of `value` but for its member `last`, which is written behind all others. For what came
 * from JSON: of it only text that says each member once, in order and in the form's spelling, is written again the same.
 */
export function isCanonicalBefore(last: string, text: string, value: object): boolean {
  return isPlain(value) && hasKeysInOrder(value, last) && JSON.stringify(value) === text;
}

/** Plain values all the way down, the keys of every object in the order of their code units. */
function isInOrder(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isInOrder);
  return isPlain(value) && hasKeysInOrder(value);
}

function isPlain(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** `last` may come after all others, and nothing after it. */
function hasKeysInOrder(value: Record<string, unknown>, last?: string): boolean {
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && (before === last || (key !== last && key <= before))) return false;
    if (!isInOrder(value[key])) return false;
    before = key;
  }
  return !("toJSON" in value);
}
