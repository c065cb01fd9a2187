// A task from a form, which has no thread: it is shown where it is to be done, and that message begins its thread.
//
//   TT1  What is worked on has a thread from its first word: clicks, replies and Stop find it there (AD2).
//   TT2  Only what will be begun is shown. Who isn't served is told so by the gateway, alone.
//   TT3  A form that is sent twice begins one thread.

import { errorText } from "../../../base/errors.ts";
import { isAside } from "../../../domain/conversation.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import { privateAddress, type SlackHome } from "./home.ts";
import { inTime, type ListeningDeps, tell } from "./listening.ts";

const noThread =
  "I can't write there, so I haven't begun. Invite me into that channel, or choose another place, and send it again.";

/** Undefined where no thread could be begun; its author was told. */
export async function inOwnThread(
  d: ListeningDeps,
  home: SlackHome,
  { user, event }: { readonly user: string; readonly event: InboundEvent },
): Promise<InboundEvent | undefined> {
  const { hooks } = d.edges;
  const { author, conversation: at } = event;
  if (event.kind !== "message" || !isAside(at) || hooks.serves?.(at, author) === false) return event;
  const lines = event.text.split("\n").map((line) => `> ${line}`);
  try {
    const text = [`${author.name} asks me for this:`, "", ...lines].join("\n");
    const conversation = await hooks.openThread(at, { key: `task:${event.eventId}`, text });
    return { ...event, conversation, messageId: conversation.thread };
  } catch (error) {
    d.deps.log.warn("A thread for a task could not be begun", { reason: errorText(error) });
    await inTime(d, tell(d, home, { at: privateAddress(home, user), user, text: noThread }));
    return undefined;
  }
}
