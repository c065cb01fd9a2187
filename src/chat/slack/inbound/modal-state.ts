// What a form is for, kept in its `private_metadata` while it is open: Slack hands it back with the submission.
//
//   MS1  The tenant is that of the submission's delivery, never of the form.

import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import { actionIds } from "../../../domain/actions.ts";
import { InboundFile } from "../../../domain/inbound.ts";

/** Where the form was opened from. */
const Place = z.object({
  kind: z.enum(["channel", "dm", "group"]),
  channel: z.string(),
  thread: z.string(),
});

/**
 * `action`: a click that takes text (an answer in own words, what was wrong with a result). `ask`: about a message.
 * `task`: something new.
 */
export const ModalState = z.discriminatedUnion("for", [
  z.object({ for: z.literal("action"), at: Place, action: z.enum(actionIds), value: z.string() }),
  z.object({
    for: z.literal("ask"),
    at: Place,
    quote: z.string(),
    by: z.string().optional(),
    /** Strangers whose words the message holds. */
    passedOn: z.array(z.string()).optional(),
    files: z.array(InboundFile),
  }),
  z.object({ for: z.literal("task"), at: Place }),
]);
export type ModalState = z.infer<typeof ModalState>;

/** Slack takes 3,000 characters. */
const longest = 2_900;

/** For `private_metadata`: a quote and its files are cut until they fit. */
export function modalMetadata(state: ModalState): string {
  const json = JSON.stringify(state);
  if (json.length <= longest || state.for !== "ask") return json;
  const { quote, files } = state;
  if (files.length > 0 && JSON.stringify(files).length > longest / 2) {
    return modalMetadata({ ...state, files: files.slice(0, -1) });
  }
  const kept = Math.floor(quote.length * 0.8);
  return modalMetadata({ ...state, quote: kept === 0 ? "" : `${quote.slice(0, kept - 1)}…` });
}

export function readModalMetadata(text: string): ModalState | undefined {
  const json = parseJson(text);
  return json && ModalState.safeParse(json.value).data;
}
