// Who an author is, where their platform had not said so when they were heard (`unchecked`).
//
//   KA1  What was heard is kept without waiting for it; nothing is decided on it before it is known, or the platform was asked in vain.
//   KA2  What the platform said within five minutes holds (ID-2); where it can't say now, what it said within the last day. Whom nobody
//        knows counts as somebody from outside.
//   KA3  Who decides about an act is asked for anew, and what was said before does not count: where the platform can't say now, nothing
//        is decided, and they are told.

import type { Clock } from "../base/clock.ts";
import type { Standing } from "../chat/contract.ts";
import { isApprovalAction } from "../domain/actions.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { InboundEvent } from "../domain/inbound.ts";
import type { Person } from "../domain/person.ts";
import type { InboxRow, Tx } from "../store/contract.ts";
import type { Desk } from "./desk.ts";
import type { AskStanding } from "./standing.ts";

export interface KnownAuthorDeps {
  readonly desk: Desk;
  readonly clock: Clock;
  /** Nobody is asked where it is absent. */
  readonly standing?: AskStanding | undefined;
}

const freshMs = 5 * 60_000;
const lastKnownMs = 24 * 3_600_000;

/** The author as the event is to be kept with. Notes who that is, if the platform has said so. */
export async function knownAuthor(tx: Pick<Tx, "people">, event: InboundEvent, now: number): Promise<Person> {
  const { author, conversation } = event;
  if (author.unchecked !== true) {
    await tx.people.see(author, conversation.tenant, now);
    return author;
  }
  if (decidesAct(event)) return author;
  const recalled = await tx.people.recall(author.key, now - freshMs);
  return recalled === undefined ? author : describedAs(author, recalled.kind);
}

function describedAs({ key, name, timeZone, locale }: Person, kind: Person["kind"]): Person {
  return {
    key,
    name,
    kind,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(locale === undefined ? {} : { locale }),
  };
}

/** Asks the platform about the authors of these rows, and writes down what it says. Nothing changes where nobody can say. */
export async function describeAuthors(
  { desk, standing, clock }: KnownAuthorDeps,
  at: ConversationAddress,
  rows: readonly InboxRow[],
): Promise<void> {
  const authors = new Map(rows.map(({ event }) => [event.author.key, event.author]));
  for (const author of authors.values()) {
    // Somebody may have asked meanwhile, for other words of theirs.
    const anew = rows.some(({ event }) => event.author.key === author.key && decidesAct(event));
    const fresh = anew
      ? undefined
      : await desk.read((tx) => tx.people.recall(author.key, clock.now() - freshMs));
    const found = fresh?.kind ?? (await standing?.(at, author.key));
    await desk.decide(async (d) => {
      const last = await d.tx.people.recall(author.key, d.now - lastKnownMs);
      const lastKnown = anew ? undefined : last?.kind;
      const kind = found === undefined ? lastKnown : kindIn(found);
      if (kind === undefined) return;
      const described = describedAs(await named(d.tx, author), kind);
      if (fresh === undefined && found !== undefined) await d.tx.people.see(described, at.tenant, d.now);
      for (const { id, event } of rows) {
        if (event.author.key === author.key) await d.tx.inbox.describe(id, described);
      }
    });
  }
}

/** Where the platform could not say who they are, their name is the one that we know. */
async function named({ people }: Pick<Tx, "people">, author: Person): Promise<Person> {
  const isNameless = author.key.endsWith(`:${author.name}`);
  const name = isNameless ? (await people.find(author.key))?.name : undefined;
  return name === undefined ? author : { ...author, name };
}

/** KA3. */
function decidesAct(event: InboundEvent): boolean {
  return event.kind === "action" && isApprovalAction(event.action);
}

function kindIn(standing: Standing): Person["kind"] {
  return standing === "absent" || standing === "gone" ? "external" : standing;
}

export function isUnchecked({ event }: InboxRow): boolean {
  const decides = event.kind === "message" || event.kind === "action" || event.kind === "command";
  return decides && event.author.unchecked === true;
}
