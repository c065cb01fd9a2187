// What `memory` and `forget` do: people see and erase what is remembered (ux c.12).
//
//   MV1  Who asks sees and erases their own: in a direct message or behind the command what is remembered of them, in a
//        channel what is remembered of that channel, and there only managers erase.
//   MV2  Nothing of it is said where others read: in a direct message as a message, elsewhere to the asker alone.

import type { InboundCommand, InboundMessage } from "../domain/inbound.ts";
import type { Memory, MemoryOwner } from "../domain/memory.ts";
import { channelScope, personScope } from "../runtime/memory-scope.ts";
import {
  forgotten,
  type MemoryPlace,
  notThere,
  onlyManagersForget,
  remembered,
} from "../runtime/voice/memory-words.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";
import type { MemoryVerb } from "./verbs.ts";

type Asked = Heard<InboundMessage | InboundCommand>;

export async function answerMemory(d: Decision, heard: Asked, verb: MemoryVerb): Promise<void> {
  const place = placeOf(heard);
  const owner = ownerOf(heard, place);
  if (verb.verb === "memory") {
    return answer(d, heard, remembered(place, await d.tx.memories.list(owner), verb.upTo));
  }
  if (place === "channel" && !heard.rules.managers.includes(heard.event.author.key)) {
    return answer(d, heard, onlyManagersForget);
  }
  const all = await d.tx.memories.list(owner);
  const chosen = verb.which === "everything" ? all : numbered(all, verb.which);
  if (chosen.length === 0) return answer(d, heard, notThere(place, all.length));
  await d.tx.memories.forget(
    owner,
    chosen.map(({ id }) => id),
  );
  await answer(d, heard, forgotten(chosen, all.length - chosen.length));
}

function placeOf({ event, conversation }: Asked): MemoryPlace {
  return event.kind === "command" || conversation.address.kind === "dm" ? "person" : "channel";
}

function ownerOf({ event, conversation, rules }: Asked, place: MemoryPlace): MemoryOwner {
  const { tenant, address } = conversation;
  const scope = place === "person" ? personScope(event.author.key) : channelScope(address);
  return { tenant, agent: rules.agent, scope };
}

/** Numbers as `memory` shows them: from 1, oldest first. */
function numbered(all: readonly Memory[], numbers: readonly number[]): Memory[] {
  return [...new Set(numbers)].flatMap((number) => all[number - 1] ?? []);
}

async function answer(d: Decision, heard: Asked, text: string): Promise<void> {
  const { event, conversation, row } = heard;
  const isPrivate = event.kind === "message" && conversation.address.kind === "dm";
  if (!isPrivate) return tellAuthor(d, heard, text);
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  await d.say(noticePost(at, `reply:${row.id}`, notice(text)));
}
