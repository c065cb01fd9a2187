// What becomes of the messages that were heard in a conversation: a new run, steering, an answer, or context.
//
//   RM1  All messages of a burst are decided in one transaction, when the window of the first is over (ux c.8).
//   RM2  Every message leaves the state `new` in the transaction that acted on it; nothing is dropped (I1).
//   RM3  A run never hears of a file before the file is there: the decision waits for files, not the other way round.

import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Ids } from "../base/ids.ts";
import { type Conversation, isFlat } from "../domain/conversation.ts";
import type { ConversationId, PersonKey } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { emptyMention, refusedPlaces, status, unreadableNote } from "../runtime/voice/replies.ts";
import type { InboxRow } from "../store/contract.ts";
import { type Addressing, addressing, asksFollowers } from "./addressing.ts";
import { type Arrivals, nothingArrived } from "./arrivals.ts";
import { unreadable } from "./clean-event.ts";
import type { Decision, Desk } from "./desk.ts";
import { type FilesIn, hasFiles } from "./files-in.ts";
import { followersOf } from "./followers.ts";
import { isEmpty, messageText, titleOf } from "./goal.ts";
import { isMuted, tell } from "./heard.ts";
import { describeAuthors } from "./known-authors.ts";
import { markSeen } from "./marks.ts";
import { isPlainMessage } from "./plain-message.ts";
import { maySteer, type PlaceRules, type RulesFor } from "./rules.ts";
import type { AskStanding } from "./standing.ts";
import { startRun } from "./start-run.ts";
import { overhear, type Said, takeIn } from "./take-in.ts";

export interface RouteMessagesDeps {
  readonly desk: Desk;
  readonly standing?: AskStanding | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
  readonly files: FilesIn;
}

export type Routing =
  /** Nothing is left that is due. */
  | { readonly kind: "done" }
  /** The window of the first message is open until then. */
  | { readonly kind: "not-yet"; readonly dueAt: number };

/** Routes what is due. One call at a time per conversation and process; other processes may try the same. */
export async function routeMessages(deps: RouteMessagesDeps, id: ConversationId): Promise<Routing> {
  let arrivals = nothingArrived;
  const asked = new Set<InboxRow["id"]>();
  for (;;) {
    const decided = await deps.desk.decide((d) => decideMessages(d, deps, id, { arrivals, asked }));
    if (decided.kind !== "files" && decided.kind !== "authors") return decided;
    const { conversation, rows } = decided;
    if (decided.kind === "files") {
      arrivals = await deps.files.bring(conversation, rows, arrivals);
    } else {
      for (const row of rows) asked.add(row.id);
      await describeAuthors(deps, conversation.address, rows);
    }
  }
}

type Decided =
  | Routing
  | Missing<"files">
  /** Who wrote these messages is to be asked. */
  | Missing<"authors">;

/** Of these messages, before they are decided. */
interface Missing<What> {
  readonly kind: What;
  readonly conversation: Conversation;
  readonly rows: readonly InboxRow[];
}

/** What was done already for what is decided. */
interface Prepared {
  readonly arrivals: Arrivals;
  /** Rows whose authors were asked for. */
  readonly asked: ReadonlySet<InboxRow["id"]>;
}

interface Sorted extends Said {
  readonly addressing: Addressing;
}

async function decideMessages(
  d: Decision,
  deps: RouteMessagesDeps,
  id: ConversationId,
  { arrivals, asked }: Prepared,
): Promise<Decided> {
  const rows = (await d.tx.inbox.unrouted(id)).filter(isPlainMessage);
  const [first] = rows;
  if (!first) return { kind: "done" };
  const dueAt = Math.min(...rows.map((row) => row.dueAt));
  if (dueAt > d.now) return { kind: "not-yet", dueAt };
  const conversation = await d.tx.conversations.find(id);
  if (!conversation)
    throw new AppError("gateway.no_conversation", `Conversation ${id} has messages but no row.`);
  const sorted = await sort(d, { conversation, rows, arrivals, rules: deps.rulesFor(conversation.address) });
  const unsure = sorted.filter((said) => isUnsure(said) && !asked.has(said.row.id)).map(({ row }) => row);
  if (unsure.length > 0) return { kind: "authors", conversation, rows: unsure };
  const addressed = sorted.filter((said) => said.addressing.kind === "addressed");
  const active = await d.tx.runs.active(id);
  const needed = filesNeeded(addressed, active, arrivals);
  if (needed.length > 0 || (await isOutdated(d, conversation, arrivals))) {
    for (const said of needed.slice(0, 1)) await markSeen(d, conversation, said.event.messageId);
    return { kind: "files", conversation, rows: needed.map((said) => said.row) };
  }
  if (arrivals.version) await d.tx.manifests.add(arrivals.version.row);
  for (const said of sorted) await settleUnaddressed(d, active, said);
  for (const said of addressed) await mentionUnreadable(d, said);
  if (active) await goOn(d, active, addressed);
  else await begin(d, deps.ids, addressed);
  return { kind: "done" };
}

/** Refused only because nobody knows yet who its author is. */
function isUnsure({ addressing: said }: Sorted): boolean {
  return said.kind === "refused" && said.why === "unchecked";
}

interface Unsorted {
  readonly conversation: Conversation;
  readonly rules: PlaceRules;
  readonly rows: readonly InboxRow[];
  readonly arrivals: Arrivals;
}

const nobody: ReadonlySet<PersonKey> = new Set();

async function sort(d: Decision, { conversation, rules, rows, arrivals }: Unsorted): Promise<Sorted[]> {
  const muted = await isMuted(d, conversation);
  const { address } = conversation;
  const unfollowed = { kind: address.kind, flat: isFlat(address), muted, rules };
  const asked = rows.some(({ event }) => event.kind === "message" && asksFollowers(event, unfollowed));
  const followers = asked ? await followersOf(d.tx, conversation) : nobody;
  const place = { ...unfollowed, followers };
  return rows.flatMap((row): Sorted[] => {
    if (row.event.kind !== "message") return [];
    const arrived = arrivals.byRow.get(row.id);
    const said = { row, event: row.event, conversation, rules, ...(arrived ? { arrived } : {}) };
    return [{ ...said, addressing: addressing(row.event, place) }];
  });
}

/** Only who steers, or is about to start a run, puts files into the workspace. */
function filesNeeded(
  addressed: readonly Sorted[],
  active: Run | undefined,
  arrivals: Arrivals,
): readonly Sorted[] {
  const requester = requesterOf(addressed);
  return addressed.filter(({ row, event, rules }) => {
    if (!hasFiles(event) || arrivals.byRow.has(row.id)) return false;
    const { author } = event;
    return active
      ? maySteer(active, author, rules)
      : author.key === requester || rules.managers.includes(author.key);
  });
}

/** Has a step recorded a version since this one was made? Then it has to be made again from that. */
async function isOutdated(d: Decision, conversation: Conversation, arrivals: Arrivals): Promise<boolean> {
  if (!arrivals.version) return false;
  const latest = await d.tx.manifests.latest(conversation.workspace);
  return latest?.seq !== arrivals.version.basedOn;
}

async function settleUnaddressed(d: Decision, active: Run | undefined, said: Sorted): Promise<void> {
  if (said.addressing.kind === "addressed") return;
  await d.tx.inbox.route(said.row.id, "noted");
  if (active && !isEmpty(said.event)) await overhear(d, active, said);
  if (said.addressing.kind !== "refused") return;
  const { why } = said.addressing;
  const key = `refused:${said.conversation.id}:${why}:${said.event.author.key}`;
  await tell(d, said.conversation, { key, to: said.event.author, text: refusedPlaces[why] });
}

async function mentionUnreadable(d: Decision, said: Sorted): Promise<void> {
  if (!said.event.text.includes(unreadable)) return;
  const key = `unreadable:${said.row.id}`;
  await tell(d, said.conversation, { key, to: said.event.author, text: unreadableNote });
}

/** The first who said something is the subject; what the same person said with it is one request. */
async function begin(d: Decision, ids: Ids, addressed: readonly Sorted[]): Promise<void> {
  const requester = requesterOf(addressed);
  if (requester === undefined) return answerEmpty(d, addressed, emptyMention);
  const own = addressed.filter(({ event }) => event.author.key === requester);
  const [first] = own;
  if (!first) return;
  const run = await startRun(d, ids, {
    conversation: first.conversation,
    rules: first.rules,
    subject: first.event.author,
    goal: own
      .map(({ event, arrived }) => messageText(event, arrived))
      .filter((text) => text !== "")
      .join("\n\n"),
    title: titleOf(own.map(({ event }) => event)),
    passedOn: own.flatMap(({ event }) => event.passedOn ?? []),
  });
  if (!run) throw raced(first.conversation);
  await markSeen(d, first.conversation, first.event.messageId);
  for (const { row } of own) {
    await d.tx.inbox.route(row.id, "routed", run.id);
    d.note({ kind: "taken-in", run, row });
  }
  await goOn(
    d,
    run,
    addressed.filter((said) => !own.includes(said)),
  );
}

async function goOn(d: Decision, run: Run, addressed: readonly Sorted[]): Promise<void> {
  const empty = addressed.filter(({ event }) => isEmpty(event));
  if (empty.length > 0) await answerEmpty(d, empty, status(run, await d.tx.waits.readableOf(run.id), d.now));
  await takeIn(
    d,
    run,
    addressed.filter((said) => !empty.includes(said)),
  );
}

/** A mention without a word. */
async function answerEmpty(d: Decision, said: readonly Sorted[], text: string): Promise<void> {
  for (const { row } of said) await d.tx.inbox.route(row.id, "routed");
  const last = said.at(-1);
  if (!last) return;
  const at = { tenant: last.conversation.tenant, conversation: last.conversation.id };
  await d.say(noticePost(at, `reply:${last.row.id}`, notice(text)));
}

function requesterOf(addressed: readonly Sorted[]): PersonKey | undefined {
  return addressed.find(({ event }) => !isEmpty(event))?.event.author.key;
}

/** Another process started a run between our look and our write: its transaction won, ours is tried again (I3). */
function raced(conversation: Conversation): AppError {
  return new AppError(
    "gateway.raced",
    `Conversation ${conversation.id} got a run from elsewhere while its messages were routed; they are routed again.`,
    { retry: { kind: "backoff" } },
  );
}
