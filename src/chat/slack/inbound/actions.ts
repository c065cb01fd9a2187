// Clicks (`block_actions`) as neutral actions, or as a form to be opened.
//
//   IA1  A click has an id of its own parts (team, person, message, control, time): the same click twice is one event.
//   IA2  A click is read by the name of its control (`../render/action-id.ts`); who may is decided by the gateway.
//   IA3  A click that needs text opens its form and is no event; the submission is.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import { isLinkControl, readClick } from "../render/action-id.ts";
import { formOf } from "./forms.ts";
import { addressOf, msOf, privateAddress, type SlackHome } from "./home.ts";
import type { ModalState } from "./modal-state.ts";
import { freshnessFor, type People } from "./people.ts";
import type { BlockAction, BlockActions } from "./shapes.ts";

export type ReadAction =
  | { readonly kind: "event"; readonly event: InboundEvent }
  | { readonly kind: "form"; readonly form: ModalState }
  /** A link was followed. */
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown" };

export async function readAction(
  people: People,
  home: SlackHome,
  body: BlockActions,
  action: BlockAction,
): Promise<ReadAction> {
  if (action.url !== undefined || isLinkControl(action.action_id)) return { kind: "nothing" };
  const click = readClick(action);
  if (click === undefined) return { kind: "unknown" };
  const conversation = placeOfClick(home, body);
  const form = formOf(click, conversation);
  if (form) return { kind: "form", form };
  const { user, container } = body;
  const { action_id, action_ts } = action;
  const on = container.message_ts ?? container.view_id ?? "";
  return {
    kind: "event",
    event: {
      eventId: [home.installation.teamId, user.id, on, action_id, action_ts].join(":"),
      conversation,
      author: await people.orUnchecked(home, user.id, { team: user.team_id }, freshnessFor(click.action)),
      sentAt: msOf(action_ts),
      kind: "action",
      ...click,
    },
  };
}

/** The thread of the message that was clicked; App Home is a private line. */
export function placeOfClick(home: SlackHome, body: BlockActions): ConversationAddress {
  const { container, message, user } = body;
  const channel = body.channel?.id ?? container.channel_id;
  const thread = message?.thread_ts ?? container.thread_ts ?? message?.ts ?? container.message_ts;
  if (channel === undefined || thread === undefined) return privateAddress(home, user.id);
  return addressOf(home, { channel, thread, channelName: body.channel?.name });
}
