// What waits for one person, wherever it was asked: approvals that they may decide, and what they were asked themselves.
//
//   CW1  An approval is listed as on the home page (HA1, HA3), anything else where its person may answer it. It is decided and answered
//        in chat, at its message.

import type { ConversationAddress } from "../domain/conversation.ts";
import type { PersonKey, RunId, WaitId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import type { Wait, WaitAsk } from "../domain/wait.ts";
import { toldTo } from "../runtime/told-run.ts";
import { approvalTitle, privateKey } from "../runtime/voice/approval-card.ts";
import { askKey, attentionAside } from "../runtime/voice/attention.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import type { Tx } from "../store/contract.ts";
import { mayAnswer } from "./answer-wait.ts";
import { type Deciders, mostPending, type ToDecide, toDecide } from "./home-approvals.ts";
import type { RulesFor } from "./rules.ts";

export interface WaitingLine {
  readonly id: WaitId;
  readonly kind: WaitAsk["kind"];
  readonly title: string;
  /** What is asked, in a line; absent of an approval, whose card shows all of it. */
  readonly text?: string | undefined;
  readonly run: RunId;
  readonly asker: string;
  readonly askedAt: number;
  readonly dueAt?: number | undefined;
}

export interface FoundWaiting {
  readonly line: WaitingLine;
  readonly place: WaitPlace;
}

export interface WaitPlace {
  readonly address: ConversationAddress;
  /** The platform's id of the message that asks. */
  readonly message?: string | undefined;
}

export interface WaitingDeps {
  readonly rulesFor: RulesFor;
  readonly deciders: Deciders;
  readonly now: number;
}

const askedKinds = ["question", "grant", "budget", "approval"] as const;
const longestText = 200;

export async function waitingFor(tx: Tx, deps: WaitingDeps, person: Person): Promise<WaitingLine[]> {
  return (await findWaiting(tx, deps, person)).map(({ line }) => line);
}

/** Where that is asked, if it waits for this person. */
export async function placeOfWaiting(
  tx: Tx,
  deps: WaitingDeps,
  reader: PersonKey,
  wait: string,
): Promise<WaitPlace | undefined> {
  const person = await tx.people.find(reader);
  const found = person ? await findWaiting(tx, deps, person) : [];
  return found.find(({ line }) => line.id === wait)?.place;
}

/** What waits longest comes first. */
export async function findWaiting(tx: Tx, deps: WaitingDeps, person: Person): Promise<FoundWaiting[]> {
  const pending = await tx.approvals.pending(mostPending);
  const { now, deciders } = deps;
  const deciding = await toDecide({ tx, person, now, deciders, pending });
  const approvals = await Promise.all(deciding.map((one) => decided(tx, one, person)));
  const asked = await Promise.all(askedKinds.map((kind) => tx.waits.openOf(person.key, kind)));
  const others: FoundWaiting[] = [];
  for (const wait of asked.flat()) others.push(...(await answerable(tx, deps, wait, person)));
  return [...approvals.flat(), ...others].toSorted((a, b) => a.line.askedAt - b.line.askedAt);
}

async function decided(tx: Tx, { run, wait, ask }: ToDecide, person: Person): Promise<FoundWaiting[]> {
  const place = await placeOf(tx, run, wait, person.key);
  return place ? [{ line: { ...lineOf(run, wait), title: approvalTitle(ask) }, place }] : [];
}

async function answerable(
  tx: Tx,
  { rulesFor }: WaitingDeps,
  wait: Wait,
  person: Person,
): Promise<FoundWaiting[]> {
  const { ask } = wait;
  const run = await tx.runs.find(wait.run);
  if (!run || isTerminal(run.state) || ask.kind === "approval") return [];
  const home = await tx.conversations.find(run.conversation);
  if (!home || !mayAnswer(run, wait, person, rulesFor(home.address, run.agent))) return [];
  const place = await placeOf(tx, run, wait, person.key);
  const told = toldTo(run, person.key);
  const text = told === run ? oneLine(attentionAside(run, wait.id, ask, undefined).text) : undefined;
  return place ? [{ line: { ...lineOf(run, wait), title: titleOfRun(told), text }, place }] : [];
}

function lineOf(run: Run, { id, ask, createdAt, dueAt }: Wait): Omit<WaitingLine, "title"> {
  return { id, kind: ask.kind, run: run.id, asker: run.subjectName, askedAt: createdAt, dueAt };
}

/** At the message that they were sent alone, where there is one. */
async function placeOf(tx: Tx, run: Run, wait: Wait, person: PersonKey): Promise<WaitPlace | undefined> {
  const post = (await tx.outbox.find(privateKey(wait.id, person))) ?? (await tx.outbox.find(askKey(wait.id)));
  const place = await tx.conversations.find(post?.conversation ?? run.conversation);
  return place && { address: place.address, message: post?.providerId };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length > longestText ? `${line.slice(0, longestText - 1).toWellFormed()}…` : line;
}
