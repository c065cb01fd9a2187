// What doesn't wait for a burst to end: clicks, commands, edits, deletions and the words understood without the model.
//
//   RI1  Each is decided in a transaction of its own, in order of arrival; whoever finds it routed already does nothing.
//   RI2  One that fails for a fault of ours is kept as context and its author is told: it never blocks what comes after it.
//   RI3  A click is decided in the transaction that keeps it, where nothing that came before it is still to be routed: one wait
//        for the disk less for who clicked. Where that fails it is kept alone, and routed like anything else.

import type { Clock } from "../base/clock.ts";
import { errorText, isAppError } from "../base/errors.ts";
import type { Ids } from "../base/ids.ts";
import type { Logger } from "../base/logger.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId } from "../domain/ids.ts";
import * as replies from "../runtime/voice/replies.ts";
import type { InboxRow } from "../store/contract.ts";
import { actOn } from "./actions.ts";
import type { ApprovalParts } from "./approval-desk.ts";
import { answerCommand } from "./commands.ts";
import type { Decision, Desk } from "./desk.ts";
import { rewriteMessage, unsayMessage } from "./edits.ts";
import { tell } from "./heard.ts";
import { describeAuthors, isUnchecked } from "./known-authors.ts";
import { isPlainMessage } from "./plain-message.ts";
import type { RulesFor } from "./rules.ts";
import type { AskStanding } from "./standing.ts";
import { answerVerb } from "./verb-answers.ts";

export interface RouteImmediateDeps {
  readonly desk: Desk;
  readonly standing?: AskStanding | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rulesFor: RulesFor;
  readonly log: Logger;
  readonly approvals: ApprovalParts;
}

export async function routeImmediate(deps: RouteImmediateDeps, id: ConversationId): Promise<void> {
  const rows = await deps.desk.read((tx) => tx.inbox.unrouted(id));
  for (const row of rows.filter((candidate) => !isPlainMessage(candidate))) {
    try {
      await describe(deps, row);
      await deps.desk.decide((d) => settle(d, deps, row));
    } catch (error) {
      if (isAppError(error) && error.retry.kind !== "never") throw error;
      deps.log.error("An event could not be acted on", {
        conversation: id,
        kind: row.event.kind,
        error: errorText(error),
      });
      await deps.desk.decide((d) => giveUp(d, row));
    }
  }
}

async function describe(deps: RouteImmediateDeps, row: InboxRow): Promise<void> {
  if (!isUnchecked(row)) return;
  const place = await deps.desk.read((tx) => tx.conversations.find(row.conversation));
  if (place) await describeAuthors(deps, place.address, [row]);
}

/** RI3, RI1: false if it is not its turn, or nobody knows yet whose it is. */
export async function settleInTurn(
  d: Decision,
  deps: RouteImmediateDeps,
  { id, conversation }: Pick<InboxRow, "id" | "conversation">,
): Promise<boolean> {
  const { rows, place } = await unroutedAt(d, conversation);
  const next = rows.find((row) => !isPlainMessage(row) || row.dueAt <= d.now);
  if (next?.id !== id || isUnchecked(next)) return false;
  await settleRow(d, deps, next, place);
  return true;
}

async function settle(d: Decision, deps: RouteImmediateDeps, { id, conversation }: InboxRow): Promise<void> {
  const { rows, place } = await unroutedAt(d, conversation);
  const row = rows.find((candidate) => candidate.id === id);
  if (row) await settleRow(d, deps, row, place);
}

/** Asked for together: one way to the database and back. */
async function unroutedAt({ tx }: Decision, id: ConversationId): Promise<Unrouted> {
  const [rows, place] = await Promise.all([tx.inbox.unrouted(id), tx.conversations.find(id)]);
  return { rows, place };
}

interface Unrouted {
  readonly rows: readonly InboxRow[];
  readonly place: Conversation | undefined;
}

/** `row` is unrouted in this transaction. */
async function settleRow(
  d: Decision,
  deps: RouteImmediateDeps,
  row: InboxRow,
  place: Conversation | undefined,
): Promise<void> {
  if (!place) return;
  const heard = { row, conversation: place, rules: deps.rulesFor(place.address) };
  const { event } = row;
  switch (event.kind) {
    case "action":
      await actOn(d, { ...heard, event }, deps);
      break;
    case "edited":
      await rewriteMessage(d, { ...heard, event });
      break;
    case "deleted":
      await unsayMessage(d, { ...heard, event });
      break;
    case "command":
      await answerCommand(d, { ...heard, event });
      break;
    case "message":
      await answerVerb(d, { ...heard, event });
      break;
    default:
      event satisfies never;
  }
  await d.tx.inbox.route(row.id, "routed");
}

async function giveUp(d: Decision, row: InboxRow): Promise<void> {
  const place = await d.tx.conversations.find(row.conversation);
  if (!(await d.tx.inbox.route(row.id, "noted")) || !place) return;
  await tell(d, place, { key: `reply:${row.id}`, to: row.event.author, text: replies.actionFailed });
}
