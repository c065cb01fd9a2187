// JSON in one form (RFC 8785): what is hashed and signed.

import { createHash } from "node:crypto";
import { canonicalize } from "json-canonicalize";

/** Throws for what JSON cannot hold: functions, symbols, numbers that are not finite. */
export function canonicalJson(value: unknown): string {
  return canonicalize(value);
}

/** Lower-case hex SHA-256 over `prefix` followed by the canonical form of `value`. */
export function canonicalDigest(prefix: string, value: unknown): string {
  return createHash("sha256").update(prefix).update(canonicalJson(value)).digest("hex");
}
