// Words for one person only (T-M12): in the conversation where Teams can, else in their personal chat, else a line that
// asks them to open it.
//
//   TW1  What is said privately is never said to others, whatever fails on the way.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import { ChatError } from "../../errors.ts";
import { personalChatLink } from "../deep-links.ts";
import type { TeamsDeps } from "../deps.ts";
import type { TeamsMessage } from "../render/teams-message.ts";
import { mention } from "../render/safe-words.ts";
import type { Spot } from "./places.ts";
import { postActivity, type PosterDeps } from "./post-message.ts";

export interface WhisperDeps extends PosterDeps, Pick<TeamsDeps, "references" | "settings"> {}

export interface Whispering {
  readonly at: ConversationAddress;
  readonly to: PersonKey;
  readonly message: Outgoing;
}

export async function whisper(deps: WhisperDeps, { at, to, message }: Whispering): Promise<void> {
  const spot = await deps.places.of(at);
  if (spot.place.kind === "dm") return say(deps, spot, message);
  const userId = (await deps.references.person(to))?.userId;
  const inPlace = async (): Promise<void> => {
    if (userId === undefined) throw notReached();
    await sayTargeted(deps, spot, userId, message);
  };
  const inPersonalChat = async (): Promise<void> => say(deps, await deps.places.personal(to), message);
  await orElse(inPlace, () => orElse(inPersonalChat, () => askToOpen(deps, spot, to)));
}

async function orElse(first: () => Promise<void>, second: () => Promise<void>): Promise<void> {
  try {
    await first();
  } catch (error) {
    if (!(error instanceof ChatError) || error.fate !== "refused" || error.code === "chat.rate_limited")
      throw error;
    await second();
  }
}

async function say(deps: WhisperDeps, spot: Spot, message: Outgoing): Promise<void> {
  const to = await deps.showing.placeFor(message, spot.place.kind);
  await deps.showing.inSomeForm(message, to, async (form) => {
    await postActivity(deps, spot, form);
  });
}

async function sayTargeted(deps: WhisperDeps, spot: Spot, userId: string, message: Outgoing): Promise<void> {
  const { place, conversation } = spot;
  const to = await deps.showing.placeFor(message, place.kind);
  await deps.showing.inSomeForm(message, to, async (form) => {
    await deps.connector.call({
      method: "POST",
      serviceUrl: place.serviceUrl,
      path: `conversations/${encodeURIComponent(conversation)}/activities?isTargetedActivity=true`,
      conversation,
      what: "a private word",
      body: {
        ...form,
        from: place.bot,
        recipient: { id: userId, isTargeted: true },
        conversation: { id: conversation },
      },
    });
  });
}

/** Says nothing of what there is to say (TW1). */
async function askToOpen(deps: WhisperDeps, spot: Spot, to: PersonKey): Promise<void> {
  const userId = (await deps.references.person(to))?.userId;
  const place = { kind: spot.place.kind, nonce: "", userId: () => userId };
  const called = mention(to, "you", place);
  const who = called === undefined ? "I" : `${called.markup}, I`;
  const chat = personalChatLink(deps.settings.appId);
  const text = `${who} have a word for you alone and can't reach you. Please [open our personal chat](${chat}) and write to me.`;
  const message: TeamsMessage = {
    type: "message",
    textFormat: "markdown",
    text,
    summary: "A word for you alone",
    entities: called === undefined ? [] : [called.entity],
  };
  await postActivity(deps, spot, message);
}

function notReached(): ChatError {
  return new ChatError("chat.not_found", "Teams does not know this person.", { fate: "refused" });
}
