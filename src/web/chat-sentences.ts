// What a person reads when the local chat cannot do something. Errors of the chat speak to operators; these do not.

import { ChatError, type ChatErrorCode } from "../chat/errors.ts";
import { BadRequest } from "./chat-requests.ts";

const sentences: Readonly<Record<ChatErrorCode, readonly [BadRequest["status"], string]>> = {
  "chat.bad_request": [400, "The chat does not take this message. Write something, or make it shorter."],
  "chat.not_found": [404, "That is not in this chat any more. Reload the page."],
  "chat.file_gone": [404, "This file is not there any more. Ask for it to be sent again."],
  "chat.file_out_of_reach": [404, "This file can't be read here."],
  "chat.file_of_unknown_kind": [404, "This is no file."],
  "chat.refused": [409, "That is no longer possible: the message has changed, or it is not yours."],
  "chat.unavailable": [503, "Deputy could not keep this: the disk may be full. Nothing was sent; try again."],
  "chat.rate_limited": [503, "Too much at once. Try again in a moment."],
  "chat.decoration_refused": [400, "The chat does not take this."],
};

/** The refusal to show for a failure that is foreseen; `undefined` for a bug. */
export function refusalOf(error: unknown): BadRequest | undefined {
  if (error instanceof BadRequest) return error;
  if (!(error instanceof ChatError)) return undefined;
  const [status, sentence] = sentences[error.code];
  return new BadRequest(status, sentence, { cause: error });
}
