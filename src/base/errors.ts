// The one error base of the product.
//
// Owns: code, retry hint, facts and cause of every failure that we foresee.
// Does not own: what people in chat read (gateway/apologies.ts maps codes to sentences).
//
//   E1  `message` says what was attempted, on what, and what to do (I14); it is for operators and logs.
//   E2  `facts` hold ids, names and counts, never message text, file content or secrets.

/** What a caller may do about a failure. The queue, the model client and the chat platforms all obey it. */
export type Retry =
  | { readonly kind: "never" }
  | { readonly kind: "backoff" }
  | { readonly kind: "after"; readonly ms: number };

export type Facts = Readonly<Record<string, string | number | boolean>>;

export interface AppErrorOptions {
  readonly retry?: Retry;
  readonly facts?: Facts;
  readonly cause?: unknown;
}

/**
 * A foreseen failure. `code` is `area.reason`; subclass where somebody catches it.
 * Anything else that is thrown is a bug and fails the run loudly.
 */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retry: Retry;
  readonly facts: Facts;

  constructor(code: Code, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retry = options.retry ?? { kind: "never" };
    this.facts = options.facts ?? {};
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** The text of anything thrown, for logs only. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error (`ENOENT`), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
