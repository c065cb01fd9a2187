// Words that a platform would cut off are refused, so that the gateway sends the rest as a file.

import type { Outgoing } from "../domain/outbox.ts";
import { ChatError } from "./errors.ts";

/** Throws where the words of `message` have more than `most` characters. Cards are fitted by their renderers. */
export function requireSize(message: Outgoing, most: number): void {
  const size = message.kind === "card" ? 0 : message.text.length;
  if (size <= most) return;
  throw new ChatError(
    "chat.bad_request",
    `Could not post a text of ${size} characters: the most is ${most}. Send the rest as a file.`,
    { fate: "refused" },
  );
}
