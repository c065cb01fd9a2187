// Failures of a chat platform, translated once at its edge.

import { AppError, type AppErrorOptions } from "../base/errors.ts";

export type ChatErrorCode =
  | "chat.rate_limited"
  | "chat.unavailable"
  | "chat.refused"
  | "chat.decoration_refused"
  | "chat.not_found"
  | "chat.file_gone"
  /** It is there, and not for the agent: in another place it would be. */
  | "chat.file_out_of_reach"
  /** It is something of the chat's own, which the agent can't read anywhere. */
  | "chat.file_of_unknown_kind"
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
