// What people do about their accounts: the words `connect` and `disconnect`, and the buttons of the cards.
//
//   CO1  A connection is its owner's: nobody else ends it, whatever the button says (AC1).

import { parseOptionValue } from "../domain/actions.ts";
import { asWaitId } from "../domain/ids.ts";
import type { InboundAction, InboundCommand, InboundMessage } from "../domain/inbound.ts";
import { endConsent } from "../grants/ask-consent.ts";
import * as words from "../runtime/voice/accounts.ts";
import { grantAnswers } from "../runtime/voice/grant-card.ts";
import * as replies from "../runtime/voice/replies.ts";
import { answerWait } from "./answer-wait.ts";
import type { Decision } from "./desk.ts";
import { answerGrantWaits, askByWord } from "./grant-waits.ts";
import { type Heard, tellAuthor } from "./heard.ts";

type Click = Heard<InboundAction>;
type Said = Heard<InboundMessage | InboundCommand>;
type Asking = Heard<InboundMessage | InboundCommand | InboundAction>;

const mostOwned = 100;

/** Asks for an account, in private. */
export async function askedToConnect(d: Decision, heard: Asking, connection: string): Promise<void> {
  const { accounts } = d;
  if (!accounts) return tellAuthor(d, heard, replies.notAvailable);
  const { conversation, event, rules } = heard;
  const { key, kind, name } = event.author;
  if (kind !== "member") return tellAuthor(d, heard, words.membersOnly);
  const asked = await askByWord(d.tx, accounts, {
    connection,
    person: { key, name },
    agent: rules.agent,
    conversation,
  });
  await tellAuthor(d, heard, words.asked[asked](connection));
}

export async function answerDisconnect(d: Decision, heard: Said, connection: string): Promise<void> {
  const { accounts } = d;
  if (!accounts) return tellAuthor(d, heard, replies.notAvailable);
  const { key: owner } = heard.event.author;
  const { tenant } = heard.conversation;
  const held = await d.tx.connections.list({ tenant, owner, name: connection, limit: mostOwned });
  const ended: string[] = [];
  for (const row of held) {
    if (await accounts.revocations.revoke(d.tx, row, { why: "asked", by: owner })) ended.push(row.account);
  }
  await tellAuthor(d, heard, words.disconnected(connection, ended));
}

/** `connect.open`: the browser follows the link by itself; only that it leads nowhere any more is said. */
export async function clickOpen(d: Decision, click: Click): Promise<void> {
  const session = await d.tx.consents.find(click.event.value);
  if (session === undefined || session.endedAt !== undefined) await tellAuthor(d, click, replies.gone);
}

/** `connect.decline`: of the private card, or of the question in a thread whether an account may be used there. */
export async function clickDecline(d: Decision, click: Click): Promise<void> {
  const { accounts } = d;
  const { value, author } = click.event;
  const session = await d.tx.consents.find(value);
  if (!session) return answerHere(d, click, false);
  if (!accounts || session.initiator !== author.key) return tellAuthor(d, click, replies.gone);
  const ended = await endConsent(d.tx, accounts, session, {
    ended: (one, state) => answerGrantWaits(d, one, { state }),
    state: "declined",
    actor: author.key,
  });
  if (!ended) await tellAuthor(d, click, replies.gone);
}

export async function clickDisconnect(d: Decision, click: Click): Promise<void> {
  const { accounts } = d;
  const { value, author } = click.event;
  const row = await d.tx.connections.find(value);
  if (!accounts || row?.owner !== author.key || row.tenant !== click.conversation.tenant)
    return tellAuthor(d, click, replies.gone);
  const ended = await accounts.revocations.revoke(d.tx, row, { why: "asked", by: author.key });
  await tellAuthor(d, click, ended ? words.disconnected(row.name, [row.account]) : replies.gone);
}

/** `grant.use_here`: the owner lets this run use what is theirs, here (ID-4). */
export function clickUseHere(d: Decision, click: Click): Promise<void> {
  return answerHere(d, click, true);
}

async function answerHere(d: Decision, click: Click, allowed: boolean): Promise<void> {
  const { event, conversation } = click;
  const { author } = event;
  const wait = await d.tx.waits.find(asWaitId(parseOptionValue(event.value).wait));
  const run = wait && (await d.tx.runs.find(wait.run));
  if (!wait || !run || run.conversation !== conversation.id || wait.ask.kind !== "grant")
    return tellAuthor(d, click, replies.gone);
  if (wait.ask.owner !== author.key) return tellAuthor(d, click, words.ownersOnly);
  const { id } = wait.ask;
  const answer = allowed ? grantAnswers.connected : grantAnswers.declined;
  const answered = await answerWait(
    d,
    { run, wait },
    { answer, by: author.key, byName: author.name, via: "button" },
  );
  if (!answered) return tellAuthor(d, click, replies.gone);
  if (allowed && id !== undefined) {
    await d.tx.connections.allowIn({ run: run.id, connection: id, by: author.key, now: d.now });
  }
}
