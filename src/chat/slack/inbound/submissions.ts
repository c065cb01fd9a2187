// What comes of a form that was filled in.

import type { z } from "zod";
import type { Clock } from "../../../base/clock.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import { quotedWords } from "../../../domain/passed-on.ts";
import { addressIn } from "./forms.ts";
import { addressOf, privateAddress, type SlackHome } from "./home.ts";
import { readModalMetadata } from "./modal-state.ts";
import { freshnessFor, type People } from "./people.ts";
import type { FieldState, ViewSubmission } from "./shapes.ts";

export interface Reading {
  readonly people: People;
  readonly clock: Clock;
  readonly home: SlackHome;
}

/** Undefined where the form is none of ours. A form is sent once, so its id names the event. */
export async function readSubmission(
  { people, clock, home }: Reading,
  { user, view }: z.infer<typeof ViewSubmission>,
): Promise<InboundEvent | undefined> {
  const state = readModalMetadata(view.private_metadata);
  if (state === undefined) return undefined;
  const fields = Object.values(view.state.values).flatMap((block) => Object.values(block));
  const text = filledIn(fields);
  const freshness = freshnessFor(state.for === "action" ? state.action : "");
  const heard = {
    eventId: [home.installation.teamId, user.id, "view", view.id].join(":"),
    conversation: chosen(home, fields, user.id) ?? addressIn(home, state),
    author: await people.orUnchecked(home, user.id, { team: user.team_id }, freshness),
    sentAt: clock.now(),
  };
  if (state.for === "action") {
    const { action, value } = state;
    return { ...heard, kind: "action", action, value, text };
  }
  const about = state.for === "ask" ? [quotedWords(state.quote, state.by)] : [];
  return {
    ...heard,
    kind: "message",
    messageId: `modal-${view.id}`,
    text: [text, ...about].filter(Boolean).join("\n\n"),
    mentionsAgent: true,
    mentions: [],
    files: state.for === "ask" ? state.files : [],
    ...(state.for === "ask" && state.passedOn ? { passedOn: state.passedOn } : {}),
  };
}

/** What was chosen, then what was typed. */
function filledIn(fields: readonly FieldState[]): string {
  const chosen = fields
    .flatMap(({ selected_option: one, selected_options: some = [] }) => (one ? [one, ...some] : some))
    .map(({ text, value }) => text?.text ?? value ?? "")
    .filter(Boolean)
    .join(", ");
  return [chosen, ...fields.map(({ value }) => value?.trim())].filter(Boolean).join(": ");
}

/** Direct messages with somebody else can be chosen, too; the agent isn't there, so it works in its own. */
function chosen(
  home: SlackHome,
  fields: readonly FieldState[],
  user: string,
): ConversationAddress | undefined {
  const channel = fields.find((field) => field.selected_conversation)?.selected_conversation;
  if (!channel) return undefined;
  return channel.startsWith("D")
    ? privateAddress(home, user)
    : addressOf(home, { channel, thread: `~${user}` });
}
