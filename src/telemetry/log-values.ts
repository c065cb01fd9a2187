// Makes log fields harmless: errors keep what helps, objects of others (requests, responses, sockets) become their name.
//
//   L1  Of an error: name, code, message, stack, retry, facts and causes. Nothing else it carries.
//   L2  Of a value: plain data only, bounded in depth, length and number.

import { isAppError, systemErrorCode } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";

const maxDepth = 5;
const maxCauses = 5;
const maxItems = 100;
const maxText = 8_000;

/** Names of fields whose value is never logged (RED-3). */
const hiddenField =
  /^(?:.*_)?(?:authorization|proxy-authorization|cookie|set-cookie|password|passwd|passphrase|secret|client_?secret|token|access_?token|refresh_?token|id_?token|api_?key|private_?key|signing_?secret|credentials?|x-api-key)$/i;

/** Never throws: fields that cannot be read are left out, and that is said. */
export function logFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return plainObject(fields, maxDepth);
  } catch {
    return { fields: "[unreadable]" }; // a getter or a proxy that throws
  }
}

/** The parts of an error that may be logged. */
function logError(error: unknown, causes = maxCauses): unknown {
  if (!(error instanceof Error)) return plain(error, maxDepth);
  return {
    name: error.name,
    ...whatWeKnow(error),
    message: shortened(error.message),
    ...(error.stack !== undefined && { stack: shortened(error.stack) }),
    ...(causes > 0 && behind(error, causes - 1)),
  };
}

function whatWeKnow(error: Error): Record<string, unknown> {
  const code = systemErrorCode(error);
  if (!isAppError(error)) return code === undefined ? {} : { code };
  return {
    code: error.code,
    ...(error.retry.kind !== "never" && { retry: error.retry }),
    ...(Object.keys(error.facts).length > 0 && { facts: plain(error.facts, 2) }),
  };
}

function behind(error: Error, causes: number): Record<string, unknown> {
  const parts = error instanceof AggregateError ? error.errors.slice(0, maxCauses) : [];
  return {
    ...(error.cause !== undefined && { cause: logError(error.cause, causes) }),
    ...(parts.length > 0 && { errors: parts.map((part) => logError(part, causes)) }),
  };
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return shortened(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  return plainThing(value, depth);
}

function plainThing(value: object, depth: number): unknown {
  if (value instanceof Error) return logError(value);
  if (value instanceof Secret) return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[bad date]" : value.toISOString();
  if (value instanceof URL) return `${value.origin}${value.pathname}`;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth === 0) return Array.isArray(value) ? "[list]" : "[object]";
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item: unknown) => plain(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return plainObject(value, depth - 1);
  return `[${value.constructor.name}]`;
}

function plainObject(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, isHidden(key, inner) ? "[hidden]" : plain(inner, depth)]),
  );
}

/** Numbers are no secrets, and a `Secret` shows its fingerprint. */
function isHidden(key: string, value: unknown): boolean {
  if (value === null || value instanceof Secret) return false;
  return (typeof value === "string" || typeof value === "object") && hiddenField.test(key);
}

function shortened(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
}
