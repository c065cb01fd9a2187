// Which form a click or a shortcut opens, with what its submission needs. What it looks like is up to `../render/`.

import type { z } from "zod";
import { parseOptionValue } from "../../../domain/actions.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import { marksPassedOn } from "../../../domain/passed-on.ts";
import type { Click } from "../render/action-id.ts";
import { readText, toInboundFiles } from "./content.ts";
import { addressOf, privateAddress, type SlackHome, tenantOf } from "./home.ts";
import type { ModalState } from "./modal-state.ts";
import type { People } from "./people.ts";
import type { MessageShortcut } from "./shapes.ts";

/** "Something else" is an answer without an option; a thumb down asks what was wrong. Other clicks need no form. */
export function formOf(click: Click, at: ConversationAddress): ModalState | undefined {
  const { action, value } = click;
  const isOpenAnswer = action === "question.answer" && parseOptionValue(value).option === undefined;
  return isOpenAnswer || action === "feedback.down" || action === "approval.edit"
    ? { for: "action", at: placeIn(at), ...click }
    : undefined;
}

/** "Ask the agent about this": it will be said in the thread of that message. */
export async function formAbout(
  people: People,
  home: SlackHome,
  { channel, message }: z.infer<typeof MessageShortcut>,
): Promise<ModalState> {
  const thread = message.thread_ts ?? message.ts;
  const at = addressOf(home, { channel: channel.id, thread, channelName: channel.name });
  const by = message.user === undefined ? undefined : await people.named(home, message.user);
  const { text, passedOn = [] } = await readText(people, home, message);
  const files = toInboundFiles(home, message.files);
  const strangers = [...marksPassedOn(message.bot_id === undefined ? by : undefined, by?.name), ...passedOn];
  return {
    for: "ask",
    at: placeIn(at),
    quote: text,
    ...(by && { by: by.name }),
    ...(strangers.length > 0 ? { passedOn: strangers.slice(0, mostStrangers) } : {}),
    files,
  };
}

/** One is as good as many: there is little room. */
const mostStrangers = 3;

export function formForTask(home: SlackHome, user: string): ModalState {
  return { for: "task", at: placeIn(privateAddress(home, user)) };
}

export function addressIn(home: SlackHome, { at }: ModalState): ConversationAddress {
  return { platform: "slack", tenant: tenantOf(home), ...at };
}

function placeIn({ kind, channel, thread }: ConversationAddress): ModalState["at"] {
  return { kind, channel, thread };
}
