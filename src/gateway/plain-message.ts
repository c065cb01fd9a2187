// Which inbox rows are part of a burst.

import type { InboxRow } from "../store/contract.ts";
import { parseVerb } from "./verbs.ts";

/** A message, and not a word that is understood without the model: those are acted on at once. */
export function isPlainMessage(row: InboxRow): boolean {
  return row.event.kind === "message" && !isVerb(row.event);
}

/** `status` with a file attached is a request about the file. */
export function isVerb(message: { readonly text: string; readonly files: readonly unknown[] }): boolean {
  return message.files.length === 0 && parseVerb(message.text) !== undefined;
}
