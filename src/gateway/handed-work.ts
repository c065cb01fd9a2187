// Work that a program hands over in somebody's name, by another door than a chat: one task is one run, in that person's direct
// messages, where they see it, approve and stop it like any other.
//
//   HW1  The task is kept in the inbox, its run begun and its thread opened in one transaction (I1). The same request key is the same
//        run, however often and wherever it comes in.
//   HW2  Served is who would be served in that place; what holds work up in chat holds it up here.
//   HW3  What a program says is not known to be its person's own words: the run begins with a mark that says so, and no address in
//        the task or in an answer of the program counts as given by the person (TNT-1, TNT-4).

import { createHash } from "node:crypto";
import { AppError } from "../base/errors.ts";
import type { Ids } from "../base/ids.ts";
import { type Conversation, type ConversationAddress, unbegunThread } from "../domain/conversation.ts";
import type { InboundMessage } from "../domain/inbound.ts";
import type { Run } from "../domain/run.ts";
import { busyWith, handedOver, otherTask, tooMany } from "../runtime/voice/handed-words.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import { refusedPlaces } from "../runtime/voice/replies.ts";
import type { InboxRow } from "../store/contract.ts";
import { servedAt } from "./addressing.ts";
import type { Caller } from "./callers.ts";
import { cleanEvent, cleanText } from "./clean-event.ts";
import type { Decision, Desk } from "./desk.ts";
import { titleOf } from "./goal.ts";
import { eventKeeper } from "./keep-event.ts";
import type { RulesFor } from "./rules.ts";
import { startRun } from "./start-run.ts";

const hourMs = 3_600_000;
/** In one person's name. */
const mostAnHour = 30;
const mostLooked = 200;

export interface HandedDeps {
  readonly desk: Desk;
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
}

export interface HandedTask {
  readonly caller: Caller;
  readonly task: string;
  readonly requestKey: string;
}

export type HandedOver =
  /** `isNew` is false where the same was asked before. */
  | { readonly kind: "run"; readonly run: Run; readonly isNew: boolean }
  | { readonly kind: "refused"; readonly text: string };

/** Rejects with `AppError` where the platform can't say where the person's direct messages are. */
export async function handOver(deps: HandedDeps, handed: HandedTask): Promise<HandedOver> {
  const { desk } = deps;
  const event = eventName(handed.caller, "task", handed.requestKey);
  const before = await desk.read((tx) => knownRun(tx, handed, event));
  if (before) return before;
  const { caller } = handed;
  const line = await caller.platform.people?.lineTo(caller.person.key, caller.tenant);
  if (!line) return { kind: "refused", text: refusedPlaces["channel-off"] };
  const address = line.thread === "" ? { ...line, thread: unbegunThread(event) } : line;
  return desk.decide((d) => begin(d, deps, handed, { address, event }));
}

/** One name for one request of one person: theirs alone, whatever the program calls it. */
export function eventName({ person }: Caller, what: string, key: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([person.key, what, key]))
    .digest("hex");
  return `mcp-${digest.slice(0, 40)}`;
}

interface Place {
  readonly address: ConversationAddress;
  readonly event: string;
}

async function begin(
  d: Decision,
  deps: HandedDeps,
  handed: HandedTask,
  { address, event }: Place,
): Promise<HandedOver> {
  const { caller } = handed;
  const rules = deps.rulesFor(address);
  const served = servedAt(caller.person, { kind: address.kind, rules });
  if (served.kind !== "addressed") {
    const why = served.kind === "refused" ? served.why : "channel-off";
    return { kind: "refused", text: refusedPlaces[why] };
  }
  const message = messageOf(handed, { address, event }, d.now);
  const before = await knownRun(d.tx, handed, event);
  if (before) return before;
  if (await hasEnough(d, caller)) return { kind: "refused", text: tooMany };
  const busy = await busyIn(d, address);
  if (busy) return { kind: "refused", text: busyWith(titleOfRun(busy), busy.id) };
  const kept = await eventKeeper(message, { ids: deps.ids, now: d.now, dueAt: d.now })(d.tx);
  const conversation = await d.tx.conversations.find(kept.conversation);
  const again = kept.isNew ? undefined : await knownRun(d.tx, handed, event);
  if (again) return again;
  if (!conversation) return { kind: "refused", text: refusedPlaces["channel-off"] };
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  const opening = notice(handedOver(caller.program, message.text));
  await d.say(noticePost(at, `handed:${event}`, opening));
  const run = await startRun(d, deps.ids, {
    conversation,
    rules,
    subject: caller.person,
    goal: message.text,
    title: titleOf([message]),
    through: caller.program,
  });
  if (!run) throw raced(conversation);
  await routed(d, kept.id, conversation, run);
  return { kind: "run", run, isNew: true };
}

/** Whatever a program does, its person's share of the agent stays a person's. */
async function hasEnough(d: Decision, { person }: Caller): Promise<boolean> {
  const runs = await d.tx.runs.list({ subject: person.key, limit: mostLooked });
  const since = d.now - hourMs;
  const handed = runs.filter(({ through, createdAt }) => through !== undefined && createdAt > since);
  return handed.length >= mostAnHour;
}

/** Of a chat that has but one thread. */
async function busyIn(d: Decision, address: ConversationAddress): Promise<Run | undefined> {
  const there = await d.tx.conversations.at(address);
  return there && d.tx.runs.active(there.id);
}

/** Another process began something there between our look and our write: whoever asks again is told so. */
function raced({ id }: Conversation): AppError {
  const text = `Conversation ${id} got a run from elsewhere while a task was handed over; nothing of it was kept.`;
  return new AppError("gateway.raced", text, { retry: { kind: "backoff" } });
}

async function routed(d: Decision, id: string, conversation: Conversation, run: Run): Promise<void> {
  const row: InboxRow | undefined = (await d.tx.inbox.unrouted(conversation.id)).find((one) => one.id === id);
  await d.tx.inbox.route(id, "routed", run.id);
  if (row) d.note({ kind: "taken-in", run, row });
}

async function knownRun(
  tx: Pick<Decision["tx"], "inbox" | "runs">,
  { caller, task }: HandedTask,
  event: string,
): Promise<HandedOver | undefined> {
  const row = await tx.inbox.findEvent(caller.platform.name, caller.tenant, event);
  const run = row?.run === undefined ? undefined : await tx.runs.find(row.run);
  if (!row || !run || row.event.kind !== "message") return undefined;
  if (row.event.text !== cleanText(task.trim())) return { kind: "refused", text: otherTask };
  return { kind: "run", run, isNew: false };
}

function messageOf({ caller, task }: HandedTask, { address, event }: Place, now: number): InboundMessage {
  const message = cleanEvent({
    eventId: event,
    conversation: address,
    author: caller.person,
    sentAt: now,
    kind: "message",
    messageId: event,
    text: task.trim(),
    mentionsAgent: true,
    mentions: [],
    files: [],
  });
  if (message.kind !== "message") throw new TypeError("A message was made into something else.");
  return message;
}
