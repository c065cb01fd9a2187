// Which of several accounts at one service is used: its owner's choice, by the words `connect` and `accounts`, and by buttons.
//
//   CH1  Only its owner, in their own tenant, chooses an account; the choice holds for what is asked from then on.

import type { InboundAction, InboundCommand, InboundMessage } from "../domain/inbound.ts";
import { accountChoice, accountList } from "../runtime/voice/account-list.ts";
import * as words from "../runtime/voice/accounts.ts";
import * as replies from "../runtime/voice/replies.ts";
import { askedToConnect } from "./connection-acts.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";
import { ownAccounts } from "./home-accounts.ts";

type Said = Heard<InboundMessage | InboundCommand>;
type Click = Heard<InboundAction>;

const mostOwned = 100;

/** Has some already: which one is meant, or one more. Else asks for the first. */
export async function answerConnect(d: Decision, heard: Said, connection: string): Promise<void> {
  const { author } = heard.event;
  const own = await ownAccounts(d.tx, author.key, mostOwned);
  const standing = own.filter(
    ({ name, state, run, tenant }) =>
      name === connection && state === "active" && run === undefined && tenant === heard.conversation.tenant,
  );
  if (standing.length === 0 || author.kind !== "member") return askedToConnect(d, heard, connection);
  await d.say(accountChoice(shownTo(heard), connection, standing));
}

export async function answerAccounts(d: Decision, heard: Said): Promise<void> {
  const own = await ownAccounts(d.tx, heard.event.author.key, mostOwned);
  if (own.length === 0) return tellAuthor(d, heard, words.noAccounts);
  await d.say(accountList(shownTo(heard), own));
}

export async function clickUse(d: Decision, click: Click): Promise<void> {
  const { value, author } = click.event;
  const row = await d.tx.connections.find(value);
  const isTheirs = row?.owner === author.key && row.tenant === click.conversation.tenant;
  if (!isTheirs || row.state !== "active" || row.run !== undefined) return tellAuthor(d, click, replies.gone);
  await d.tx.connections.makeDefault(row);
  await tellAuthor(d, click, words.usedNow(row.name, row.account));
}

export function clickAnother(d: Decision, click: Click): Promise<void> {
  return askedToConnect(d, click, click.event.value);
}

function shownTo({ conversation, event, row }: Said): Parameters<typeof accountList>[0] {
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  return { at, key: `reply:${row.id}`, to: event.author };
}
