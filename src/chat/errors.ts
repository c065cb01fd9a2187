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
}

export class ChatError extends AppError<ChatErrorCode> {
  readonly fate: "refused" | "unknown";

  constructor(code: ChatErrorCode, message: string, options: ChatErrorOptions) {
    super(code, message, options);
    this.fate = options.fate;
  }
}
