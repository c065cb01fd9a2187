// What offers to post something where others read says who that is, as it is known when it is sent (OUT-4).
//
//   WI1  Who can't be told is taken as everybody; nothing waits for it longer than a moment.

import { within } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import { createShortMemory } from "../chat/short-memory.ts";
import { addressKey, type ConversationAddress } from "../domain/conversation.ts";
import type { Outgoing } from "../domain/outbox.ts";
import { audienceInWords, unknownAudience } from "../runtime/voice/audience-words.ts";

const patienceMs = 4_000;
const believed = { ms: 60_000, most: 1_000 };

export type WithAudience = (
  platform: ChatPlatform,
  at: ConversationAddress,
  message: Outgoing,
) => Promise<Outgoing>;

export function createWithAudience(clock: Clock): WithAudience {
  const known = createShortMemory<string>(clock, believed);
  const wordsFor = async (platform: ChatPlatform, at: ConversationAddress): Promise<string> => {
    const place = addressKey({ ...at, thread: "" });
    const told = known.get(place);
    if (told !== undefined) return told;
    const asked = platform.audience?.(at).catch(() => undefined);
    const audience = asked && (await within(clock, patienceMs, asked));
    if (!audience) return unknownAudience;
    const words = audienceInWords(audience);
    known.set(place, words);
    return words;
  };
  return async (platform, at, message) => {
    if (message.kind !== "result" || !message.buttons.some(isPosting)) return message;
    const words = await wordsFor(platform, at);
    const buttons = message.buttons.map((button) =>
      isPosting(button) ? { ...button, confirm: `Post it here? ${words}` } : button,
    );
    return { ...message, text: `${message.text}\n\n${words}`, buttons };
  };
}

function isPosting({ action }: { readonly action: string }): boolean {
  return action === "result.post_here";
}
