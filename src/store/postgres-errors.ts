// What pg throws, in the words of the store. The only file that knows its codes.

import { systemErrorCode } from "../base/errors.ts";
import { CommitUnknown, StoreUnavailable } from "./errors.ts";

/** Deadlock, or a conflict between transactions: Postgres has undone this one, and it may be run again from its start. */
const repeatable: ReadonlySet<string> = new Set(["40001", "40P01"]);

/** By the first two characters of the code, or by the whole of it. */
const unavailable: Readonly<Record<string, string>> = {
  "08": "the connection was lost",
  "53": "the server is out of memory, disk or connections",
  "57": "the server is starting, stopping, or ended the query",
  "58": "the server has trouble with its own files",
  "40": "too many transactions wanted the same rows",
  "25006": "the server is read-only",
  "25P03": "the transaction was idle for too long",
  "55P03": "a lock was not to be had",
};

const connectionCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

export function isRepeatable(error: unknown): boolean {
  return repeatable.has(systemErrorCode(vendorError(error)) ?? "");
}

/** What ended a commit that the server had been sent, where the server did not say what became of it (PG4). */
export class CommitBroken extends Error {
  constructor(cause: unknown) {
    super("A commit was broken off", { cause });
  }
}

/** Of a statement that commits by itself: whether it broke off so that it may have taken effect. */
export function isCutOff(error: unknown): boolean {
  const cause = vendorError(error);
  const code = systemErrorCode(cause);
  return code !== "ECONNREFUSED" && !isRepeatable(error) && reasonOf(cause) !== undefined;
}

/** `error` as the store's own where it is one of Postgres' foreseen failures; anything else unchanged. */
export function postgresFailure(error: unknown, database: string): unknown {
  const broken = error instanceof CommitBroken;
  const cause = vendorError(broken ? error.cause : error);
  const reason = reasonOf(cause);
  if (reason === undefined) return cause;
  const Failure = broken ? CommitUnknown : StoreUnavailable;
  return new Failure(
    `The database ${database} could not be used: ${reason}. Check that it is up; the same may be tried again.`,
    cause,
  );
}

function reasonOf(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  if (code !== undefined) {
    if (connectionCodes.has(code)) return `it cannot be reached (${code})`;
    return unavailable[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? unavailable[code.slice(0, 2)] : undefined);
  }
  return error instanceof Error && isConnectionText(error.message) ? error.message : undefined;
}

/** pg reports these without a code. */
function isConnectionText(message: string): boolean {
  return /^(connection terminated|client was closed|client has encountered a connection error|timeout exceeded when trying to connect|query read timeout)/i.test(
    message,
  );
}

/** drizzle wraps errors, with the statement and its values in the message: those are not passed on. */
function vendorError(error: unknown): unknown {
  return error instanceof Error && error.name !== "AppError" && error.message.startsWith("Failed query:")
    ? error.cause
    : error;
}
