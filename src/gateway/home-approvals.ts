// Approvals that a person may decide now, wherever they were asked: what their home page lists.
//
//   HA1  Who may decide is looked at as at the click, by the same code (APR-3): approvers, groups, managers, four eyes, withdrawn
//        access, votes that were given, and whether the row is whole.
//   HA2  It is decided at its card, where all that would be done is shown (APR-5); the item leads there.
//   HA3  Of what is asked in private only who was asked is told (OUT-4).

import { mayDecide } from "../approvals/who-decides.ts";
import type { Approval } from "../domain/approval.ts";
import type { HomeItem } from "../domain/home-page.ts";
import type { PersonKey, RunId, WaitId } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import type { ApprovalAsk, Wait } from "../domain/wait.ts";
import { approvalTitle, privateKey, viewButton } from "../runtime/voice/approval-card.ts";
import { askKey } from "../runtime/voice/attention.ts";
import { dayAndTime } from "../runtime/voice/local-time.ts";
import type { Tx } from "../store/contract.ts";
import { type ApprovalParts, mayDecideNow, sameAs } from "./approval-desk.ts";

/** More than anybody is asked at once (APR-9). */
export const mostPending = 500;

export type Deciders = Pick<ApprovalParts, "seal" | "groups" | "managersOf">;

export interface DecidingReading {
  readonly tx: Tx;
  readonly person: Person;
  readonly now: number;
  readonly deciders: Deciders;
  /** All that is open, read once for many people. */
  readonly pending: readonly Approval[];
}

export interface ToDecide {
  readonly run: Run;
  readonly wait: Wait;
  readonly ask: ApprovalAsk;
  /** Where its card is. */
  readonly at: NonNullable<HomeItem["at"]>;
}

export async function toDecide(reading: DecidingReading): Promise<ToDecide[]> {
  const waits = new Map<WaitId, RunId>();
  for (const approval of reading.pending) {
    if (mayBeTheirs(approval, reading) && (await isTheirs(approval, reading)))
      waits.set(approval.wait, approval.run);
  }
  const found = await Promise.all([...waits].map(([id, run]) => askedBy(reading, id, run)));
  return found.flat();
}

/** Without asking who is one person under several keys: that only takes away. */
function mayBeTheirs(approval: Approval, { person, now, deciders }: DecidingReading): boolean {
  const { groups, managersOf } = deciders;
  const directory = { managers: managersOf(approval.facts.agent), groups, same: isSameKey };
  return approval.expiresAt > now && mayDecide(approval, person, directory).kind === "may";
}

function isSameKey(one: PersonKey, other: PersonKey): boolean {
  return one === other;
}

/** HA1. */
async function isTheirs(approval: Approval, { tx, person, deciders }: DecidingReading): Promise<boolean> {
  if ((await mayDecideNow({ tx }, deciders, approval, person)).kind !== "may") return false;
  const same = await sameAs({ tx }, approval, person);
  return !approval.votes.some(({ by }) => same(by, person.key)) && deciders.seal.holds(approval);
}

async function askedBy({ tx, person }: DecidingReading, id: WaitId, of: RunId): Promise<ToDecide[]> {
  const wait = (await tx.waits.readableOf(of)).find((one) => one.id === id);
  const run = wait && (await tx.runs.find(of));
  if (!wait || wait.state !== "open" || wait.ask.kind !== "approval") return [];
  if (!run || isTerminal(run.state)) return [];
  const { ask } = wait;
  const isAside = ask.privately.some(({ key }) => key === person.key);
  if (ask.apart !== undefined && !isAside) return []; // HA3
  const at = await cardAt(tx, run, isAside ? privateKey(id, person.key) : askKey(id));
  return at ? [{ run, wait, ask, at }] : [];
}

async function cardAt(tx: Tx, run: Run, key: string): Promise<ToDecide["at"] | undefined> {
  const card = await tx.outbox.find(key);
  const place = await tx.conversations.find(card?.conversation ?? run.conversation);
  if (!place) return undefined;
  const { channel, thread } = place.address;
  return { channel, thread, ...(card?.providerId === undefined ? {} : { message: card.providerId }) };
}

export function decidingItem({ run, wait, ask, at }: ToDecide, zone: string | undefined): HomeItem {
  const asked = `Asks for approval · asked for by ${run.subjectName} ${dayAndTime(wait.createdAt, zone)}`;
  const until = wait.dueAt === undefined ? "" : ` · expires ${dayAndTime(wait.dueAt, zone)}`;
  return {
    title: approvalTitle(ask),
    note: `${asked}${until} · decide at its card`,
    buttons: [viewButton(wait.id, ask)],
    at,
  };
}

/** Changes whenever the items would. */
export function decidingMark({ wait, at }: ToDecide): string {
  return [wait.id, at.message].join(" ");
}
