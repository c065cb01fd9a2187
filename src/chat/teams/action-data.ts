// What our controls in a card carry, and what a click on one means. Written by render/, read by inbound/.
//
//   AD1  The verb is the neutral name of the action; a click is read by it alone, never by a label or a place.
//   AD2  Each showing of a message has a nonce, so that the same click delivered twice is one event, and a later one on
//        what was shown anew is another (T-M4).
//   AD3  What people fill in beside a button is under names of ours and nothing else of it is read.

import { z } from "zod";
import { type ActionId, actionIds } from "../../domain/actions.ts";

/** The verb by which a card asks for its present look; no action of anybody. */
export const refreshVerb = "card.refresh";

export const fields = { choice: "choice", text: "text" } as const;

const Filled = z.object({
  value: z.string().max(2_000).default(""),
  n: z.string().max(100).default(""),
  [fields.choice]: z.string().max(2_000).optional().catch(undefined),
  [fields.text]: z.string().max(20_000).optional().catch(undefined),
});

export interface Click {
  readonly action: ActionId;
  readonly value: string;
  readonly text?: string;
  readonly nonce: string;
}

/** Undefined where it is none of ours. */
export function readClick(verb: string, data: unknown): Click | undefined {
  const action = actionIds.find((known) => known === verb);
  const filled = Filled.safeParse(data ?? {}).data;
  if (action === undefined || filled === undefined) return undefined;
  const { value, n: nonce, choice, text } = filled;
  const words = text?.trim() ?? "";
  return {
    action,
    value: value === "" ? (choice ?? "") : value,
    nonce,
    ...(words === "" ? {} : { text: words }),
  };
}

/** The form that a button opens says which action it is for. */
export const FormData = z.object({
  form: z.enum(actionIds),
  value: z.string().max(2_000),
  n: z.string().max(100),
});
