// One person on several platforms (domain/person-link.ts): `link` shows a code, which is entered on the other side, which shows
// another, which is entered on this side.
//
//   GL1  Both sides prove it: each code is shown to one of them in private, used once, and counts from the other alone, in a direct
//        message. Whoever has somebody's code is not linked with them, and they are told who entered it.
//   GL2  Making and ending a link is one transaction with its events, in the chains of all tenants concerned.
//   GL3  Guests, people of other organisations, bots and whoever has no access any more are linked with nobody.

import { randomInt } from "node:crypto";
import type { PersonKey } from "../domain/ids.ts";
import type { InboundAction, InboundCommand, InboundMessage } from "../domain/inbound.ts";
import { isElsewhere } from "../domain/person-link.ts";
import type { ConsentDeps } from "../grants/consent-deps.ts";
import { keyedToken } from "../grants/digests.ts";
import { privateLine } from "../grants/tell-owner.ts";
import * as words from "../runtime/voice/link-words.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import * as replies from "../runtime/voice/replies.ts";
import type { LinkCodeRow } from "../store/contract-person-links.ts";
import { tenantOf } from "./brakes.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";

type Said = Heard<InboundMessage | InboundCommand>;

/** Without those that look alike. */
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
const halfLength = 5;

export async function answerLink(d: Decision, heard: Said, code: string | undefined): Promise<void> {
  const { accounts } = d;
  if (!accounts) return tellAuthor(d, heard, replies.notAvailable);
  if (heard.event.author.kind !== "member") return tellAuthor(d, heard, words.membersOnly);
  if (code === undefined)
    return tellAuthor(d, heard, words.offered(await show(d, accounts, heard, undefined)));
  const row = await d.tx.personLinks.take(digestOf(accounts, code), d.now);
  if (!isPrivate(heard)) return tellAuthor(d, heard, words.burnt);
  if (!row) return tellAuthor(d, heard, words.noSuchCode);
  const refusal = await refusalOf(d, heard, row);
  if (refusal !== undefined) return tellAuthor(d, heard, refusal);
  if (row.enteredBy === undefined) await askToConfirm(d, accounts, heard, row);
  else await link(d, accounts, heard, row);
}

export async function answerUnlink(d: Decision, heard: Said | Heard<InboundAction>): Promise<void> {
  const { key } = heard.event.author;
  const others = await d.tx.personLinks.unlink(key, d.now);
  if (others.length === 0) return tellAuthor(d, heard, words.notLinked);
  await record(d, { keys: [key, ...others], by: key, change: "unlinked" });
  await tellAuthor(d, heard, words.unlinked(others));
}

/** A new code, shown to the author alone by whoever calls this. */
async function show(
  d: Decision,
  accounts: ConsentDeps,
  { event }: Said,
  enteredBy: PersonKey | undefined,
): Promise<string> {
  const code = `${half()}-${half()}`;
  const { key, name } = event.author;
  const row: LinkCodeRow = {
    digest: digestOf(accounts, code),
    shownTo: key,
    shownToName: name,
    ...(enteredBy === undefined ? {} : { enteredBy }),
    expiresAt: d.now + words.codeLifeMs,
  };
  await d.tx.personLinks.offer(row, d.now);
  return code;
}

function half(): string {
  return Array.from({ length: halfLength }, () => alphabet[randomInt(alphabet.length)]).join("");
}

function digestOf({ linkKey }: ConsentDeps, code: string): string {
  return keyedToken(linkKey, "person-link", code.replaceAll("-", ""));
}

function isPrivate({ event, conversation }: Said): boolean {
  return event.kind === "command" || conversation.address.kind === "dm";
}

async function refusalOf(d: Decision, { event }: Said, row: LinkCodeRow): Promise<string | undefined> {
  const { key } = event.author;
  if (row.enteredBy !== undefined && row.enteredBy !== key) return words.notForYou;
  if (!isElsewhere(row.shownTo, key)) return words.sameOrganisation;
  const pulled = await Promise.all([row.shownTo, key].map((one) => d.tx.brakes.find("person", one)));
  if (pulled.some((brake) => brake !== undefined)) return words.withdrawn;
  return (await d.tx.personLinks.others(key)).includes(row.shownTo) ? words.already : undefined;
}

async function askToConfirm(
  d: Decision,
  accounts: ConsentDeps,
  heard: Said,
  { shownTo, shownToName }: LinkCodeRow,
): Promise<void> {
  const { key, name } = heard.event.author;
  const code = await show(d, accounts, heard, shownTo);
  await tellAuthor(d, heard, words.confirmWith(code, shownTo, shownToName));
  await tellElsewhere(d, accounts, shownTo, { key: `link:${heard.row.id}`, text: words.entered(key, name) });
}

async function link(
  d: Decision,
  accounts: ConsentDeps,
  heard: Said,
  { shownTo }: LinkCodeRow,
): Promise<void> {
  const { key } = heard.event.author;
  if (!(await d.tx.personLinks.link(key, shownTo, { fresh: accounts.ids.next("who"), now: d.now })))
    return tellAuthor(d, heard, words.already);
  await record(d, { keys: [key, shownTo], by: key, change: "linked" });
  await tellAuthor(d, heard, words.linked(shownTo));
  await tellElsewhere(d, accounts, shownTo, { key: `link:${heard.row.id}`, text: words.linked(key) });
}

/** In their own direct messages. */
async function tellElsewhere(
  d: Decision,
  accounts: ConsentDeps,
  person: PersonKey,
  { key, text }: { readonly key: string; readonly text: string },
): Promise<void> {
  const { id, tenant } = await privateLine(d.tx, accounts, person, tenantOf(person));
  await d.say(noticePost({ tenant, conversation: id }, key, notice(text)));
}

interface Change {
  readonly keys: readonly PersonKey[];
  readonly by: PersonKey;
  readonly change: "linked" | "unlinked";
}

/** GL2. */
async function record(d: Decision, { keys, by, change }: Change): Promise<void> {
  const tenants = new Set(keys.map(tenantOf));
  for (const tenant of [...tenants].toSorted()) {
    await d.tx.audit.append({
      tenant,
      type: "config.changed",
      time: d.now,
      actor: by,
      data: { part: "person-link", change, keys },
    });
  }
}
