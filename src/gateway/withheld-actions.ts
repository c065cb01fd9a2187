// What was kept back from a thread, as its owner decides (OUT-4).
//
//   WA1  Only whose private matter it is decides, whoever asked for the work: where it is several people's, each of them must be
//        the one who clicks, so that nobody gives away another's.
//   WA2  It is posted once; a second click gets an answer (AC3).
//   WA3  Shown to its owner it is shown whole: what has files goes to their direct messages, which nobody else reads.

import type { InboundAction } from "../domain/inbound.ts";
import type { Ids } from "../base/ids.ts";
import { directLine } from "../domain/conversation.ts";
import { asRunId, type PersonKey } from "../domain/ids.ts";
import type { Outgoing } from "../domain/outbox.ts";
import type { Withheld } from "../domain/withheld.ts";
import { notice } from "../runtime/voice/notice.ts";
import * as replies from "../runtime/voice/replies.ts";
import { resultKey } from "../runtime/voice/result.ts";
import { conversationAt } from "./conversation-at.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";
import { filesOf } from "./message-forms.ts";

type Click = Heard<InboundAction>;

const notYours = "Only the person whose private matter it is can decide that.";
const sentDirectly = "I've sent it to you in a direct message, with its files. Nobody else reads it there.";
const postedAlready = "That was posted here already.";

export async function showPrivately(
  d: Decision,
  click: Click,
  { ids }: { readonly ids: Ids },
): Promise<void> {
  const held = await heldFor(d, click);
  if (!held) return;
  const { key: by } = click.event.author;
  await d.tx.withheld.decide(held.run, ["held"], { state: "shown", by, at: d.now });
  const { tenant, id: here } = click.conversation;
  const hasFiles = held.rows.some(({ said }) => filesOf(said.message).length > 0);
  const line = hasFiles ? await conversationAt(d, ids, directLine(by, tenant)) : undefined;
  for (const { id, said } of held.rows) {
    const message = forOneself(said.message);
    const key = `${id}:shown:${click.row.id}`;
    if (line) await d.say({ key, tenant, conversation: line.id, op: { op: "post", message } });
    else await d.say({ key, tenant, conversation: here, op: { op: "whisper", to: by, message } });
  }
  if (line) await tellAuthor(d, click, sentDirectly);
}

export async function postHere(d: Decision, click: Click): Promise<void> {
  const held = await heldFor(d, click);
  if (!held) return;
  const { key: by, name } = click.event.author;
  const { tenant, id: conversation } = click.conversation;
  const moved = await d.tx.withheld.decide(held.run, ["held", "shown"], { state: "posted", by, at: d.now });
  if (!moved) return tellAuthor(d, click, postedAlready);
  for (const { id, said } of held.rows) {
    const op = { op: "post", message: said.message } as const;
    await d.say({ key: `${id}:posted`, tenant, conversation, run: held.run, op });
  }
  await closeLine(d, click, held.run, `Posted by ${name}.`);
}

interface Held {
  readonly run: Withheld["run"];
  readonly rows: readonly Withheld[];
}

/** Undefined where it is not the clicker's, or not of this place; they are told. */
async function heldFor(d: Decision, click: Click): Promise<Held | undefined> {
  const run = asRunId(click.event.value);
  const all = await d.tx.withheld.ofRun(run);
  const rows = all.filter(({ conversation }) => conversation === click.conversation.id);
  if (rows.length === 0) {
    await tellAuthor(d, click, replies.gone);
    return undefined;
  }
  if (!rows.every(({ owners }) => isTheirs(owners, click.event.author.key))) {
    await tellAuthor(d, click, notYours);
    return undefined;
  }
  return { run, rows };
}

/** WA1. */
function isTheirs(owners: readonly PersonKey[], by: PersonKey): boolean {
  return owners.every((owner) => owner === by);
}

/** What is shown to one person has no buttons and mentions nobody. */
function forOneself(message: Outgoing): Outgoing {
  if (message.kind !== "result" && message.kind !== "notice") return message;
  return notice(message.text, message.files);
}

async function closeLine(d: Decision, click: Click, run: Withheld["run"], line: string): Promise<void> {
  const key = resultKey(run);
  const posted = await d.tx.outbox.find(key);
  if (posted?.op.op !== "post" || posted.op.message.kind !== "result") return;
  const message = { ...posted.op.message, text: line, buttons: [] };
  const { tenant, id: conversation } = click.conversation;
  await d.say({ key: `${key}:decided`, tenant, conversation, run, op: { op: "edit", target: key, message } });
}
