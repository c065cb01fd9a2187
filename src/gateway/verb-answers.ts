// What the words do that are understood without the model.
//
//   VA1  A word counts when it is said to the agent; from people who talk to each other it is context like anything else.
//   VA2  Only `stop` and the mute words change anything, and each says what it did.
//   VA3  Where nobody else reads and nothing runs, `status` tells what its author has going on anywhere else in the tenant.

import { isFlat } from "../domain/conversation.ts";
import type { InboundMessage } from "../domain/inbound.ts";
import type { Run } from "../domain/run.ts";
import { toldIn } from "../runtime/told-run.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { channelStillMuted, ownStatus } from "../runtime/voice/own-work.ts";
import * as replies from "../runtime/voice/replies.ts";
import { addressing } from "./addressing.ts";
import type { Decision } from "./desk.ts";
import { followersOf } from "./followers.ts";
import { type Heard, isMuted, tell, tellAuthor } from "./heard.ts";
import { markIdle, markSeen, markSession } from "./marks.ts";
import { mostShown, ownRuns } from "./own-runs.ts";
import { isPlainMessage } from "./plain-message.ts";
import { mayStop } from "./rules.ts";
import { answerShared, isShared } from "./shared-verbs.ts";
import { stopRun } from "./stop-run.ts";
import { overhear } from "./take-in.ts";
import { parseVerb, type Verb } from "./verbs.ts";
import { whyOf } from "./why.ts";

export async function answerVerb(d: Decision, heard: Heard<InboundMessage>): Promise<void> {
  const verb = parseVerb(heard.event.text);
  if (!verb) return;
  const said = await spokenTo(d, heard, verb);
  const run = await d.tx.runs.active(heard.conversation.id);
  if (said.kind === "addressed") {
    await act(d, heard, verb, run);
    await d.tx.inbox.route(heard.row.id, "routed", run?.id);
    if (run) d.note({ kind: "taken-in", run, row: heard.row });
    return;
  }
  if (said.kind === "refused") {
    const { key } = heard.event.author;
    const once = `refused:${heard.conversation.id}:${said.why}:${key}`;
    await tell(d, heard.conversation, {
      key: once,
      to: heard.event.author,
      text: replies.refusedPlaces[said.why],
    });
  }
  if (run) await overhear(d, run, heard);
  await d.tx.inbox.route(heard.row.id, "noted");
}

async function spokenTo(
  d: Decision,
  { event, conversation, rules }: Heard<InboundMessage>,
  verb: Verb,
): Promise<ReturnType<typeof addressing>> {
  const followers = await followersOf(d.tx, conversation);
  // The mute words are written as commands: in a thread that the agent is part of, they can mean nobody else.
  const command = (verb.verb === "mute" || verb.verb === "unmute") && followers.size > 0;
  const muted = await isMuted(d, conversation);
  const { address } = conversation;
  const place = { kind: address.kind, flat: isFlat(address), muted, followers, rules };
  return addressing(command ? { ...event, mentionsAgent: true } : event, place);
}

async function act(
  d: Decision,
  heard: Heard<InboundMessage>,
  verb: Verb,
  run: Run | undefined,
): Promise<void> {
  if (isShared(verb)) return answerShared(d, heard, verb);
  const told = run && toldIn(run, heard.conversation.address);
  switch (verb.verb) {
    case "stop":
      return stop(d, heard, run);
    case "status":
      return say(
        d,
        heard,
        told ? replies.status(told, await d.tx.waits.readableOf(told.id), d.now) : await idle(d, heard),
      );
    case "why":
      return say(d, heard, await why(d, heard, told));
    case "help":
      return say(d, heard, replies.help(heard.rules.agent, heard.conversation.address));
    case "mute":
    case "unmute":
      return mute(d, heard, verb.verb === "mute");
    default:
      verb satisfies never;
  }
}

async function stop(d: Decision, heard: Heard<InboundMessage>, run: Run | undefined): Promise<void> {
  const { author, messageId } = heard.event;
  const unasked = await takeBack(d, heard);
  if (!run) {
    await markIdle(d, heard.conversation, `idle:${heard.row.id}`);
    return say(d, heard, unasked ? replies.notBegun : replies.nothingToStop);
  }
  if (!mayStop(run, author.key, heard.rules)) return refuseStop(d, heard, run);
  await markSeen(d, heard.conversation, messageId);
  await stopRun(d, run, author);
}

async function mute(d: Decision, heard: Heard, muted: boolean): Promise<void> {
  const { id, address } = heard.conversation;
  await d.tx.conversations.setMuted(id, muted);
  if (muted) return say(d, heard, replies.muted(address));
  const still = await d.tx.conversations.isChannelMuted(address);
  return say(d, heard, still ? channelStillMuted : replies.unmuted(address));
}

/** Private, and the platform's session mark is put back to what it was (design 10). */
export async function refuseStop(d: Decision, heard: Heard, run: Run): Promise<void> {
  await tellAuthor(d, heard, replies.onlyMayStop(run));
  await markSession(d, run, run.state === "waiting" ? "suspended" : "processing", `kept:${heard.row.id}`);
}

/** What the same person asked a moment ago and nobody has begun: true if there was any. */
async function takeBack(d: Decision, { row, conversation, event }: Heard<InboundMessage>): Promise<boolean> {
  let any = false;
  for (const earlier of await d.tx.inbox.unrouted(conversation.id)) {
    if (earlier.id === row.id) break;
    if (!isPlainMessage(earlier) || earlier.event.author.key !== event.author.key) continue;
    any = (await d.tx.inbox.route(earlier.id, "noted")) || any;
  }
  return any;
}

async function idle(d: Decision, heard: Heard<InboundMessage>): Promise<string> {
  const { conversation } = heard;
  const own = conversation.address.kind === "dm" ? await ownRuns(d, heard) : [];
  if (own.length > 0) return ownStatus(own.slice(0, mostShown), d.now);
  const [last] = await d.tx.runs.list({ conversation: conversation.id, limit: 1 });
  return replies.idleStatus(last && toldIn(last, conversation.address), d.now);
}

async function why(d: Decision, { conversation, event }: Heard, run: Run | undefined): Promise<string> {
  const [last] = run ? [run] : await d.tx.runs.list({ conversation: conversation.id, limit: 1 });
  return last ? whyOf(d, toldIn(last, conversation.address), event.author.key) : replies.whyIdle(undefined);
}

async function say(d: Decision, { conversation, row }: Heard, text: string): Promise<void> {
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  await d.say(noticePost(at, `reply:${row.id}`, notice(text)));
}
