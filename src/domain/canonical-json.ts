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

/** Plain values all the way down, the keys of every object in the order of their code units. */
function isInOrder(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isInOrder);
  return Object.getPrototypeOf(value) === Object.prototype && hasKeysInOrder(value);
}

function hasKeysInOrder(value: object): boolean {
  let before: string | undefined;
  for (const [key, inner] of Object.entries(value)) {
    if ((before !== undefined && key <= before) || !isInOrder(inner)) return false;
    before = key;
  }
  return !("toJSON" in value);
}
