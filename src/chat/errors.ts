// Failures of a chat platform, translated once at its edge.

import { AppError, type AppErrorOptions } from "../base/errors.ts";

export type ChatErrorCode =
  | "chat.rate_limited"
  | "chat.unavailable"
  | "chat.refused"
  | "chat.decoration_refused"
  | "chat.not_found"
  | "chat.file_gone"
  | "chat.bad_request";

export interface ChatErrorOptions extends AppErrorOptions {
  /** `refused`: it did not happen. `unknown`: it may have (C3). */
  readonly fate: "refused" | "unknown";
  /** It is the place: gone, closed, or the app is not in it. Nothing can be said there until somebody changes that. */
  readonly noPlace?: boolean;
}

export class ChatError extends AppError<ChatErrorCode> {
  readonly fate: "refused" | "unknown";
  readonly noPlace: boolean;

  constructor(code: ChatErrorCode, message: string, options: ChatErrorOptions) {
    super(code, message, options);
    this.fate = options.fate;
    this.noPlace = options.noPlace ?? false;
  }
}
