// An event as a platform parsed it, checked and made storable before it is committed (I1, I14).
//
//   N1  What no store or model can hold (NUL, halves of surrogate pairs) becomes U+FFFD; nothing else is changed.
//   N2  An event that is refused is refused with a sentence; the platform answers with an error, so nothing is lost silently.

import { z } from "zod";
import { ChatError } from "../chat/errors.ts";
import { InboundEvent } from "../domain/inbound.ts";

/** Longest text of one message. Longer is a file. */
export const longestText = 2_000_000;

/** Stands where something could not be read. */
export const unreadable = "\uFFFD";

/** The event as it may be stored. Throws `ChatError` (`chat.bad_request`) for what is not an event. */
export function cleanEvent(event: unknown): InboundEvent {
  const parsed = InboundEvent.safeParse(event);
  if (!parsed.success) {
    throw refused(`Refused an inbound event that is not one: ${z.prettifyError(parsed.error)}`);
  }
  const length = "text" in parsed.data ? (parsed.data.text?.length ?? 0) : 0;
  if (length > longestText) {
    throw refused(
      `Refused a message of ${length} characters in ${parsed.data.conversation.channel}: at most ${longestText} are taken. ` +
        "It has to be sent as a file.",
    );
  }
  return needsCleaning(JSON.stringify(parsed.data)) ? InboundEvent.parse(cleaned(parsed.data)) : parsed.data;
}

/** N1, of one text. */
export function cleanText(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, unreadable);
}

function refused(message: string): ChatError {
  return new ChatError("chat.bad_request", message, { fate: "refused" });
}

/** JSON writes NUL and lone surrogates as escapes; an escaped backslash in front only costs a needless copy. */
function needsCleaning(json: string): boolean {
  return /\\u(?:0000|d[89a-f])/i.test(json);
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cleaned(member)]));
}
