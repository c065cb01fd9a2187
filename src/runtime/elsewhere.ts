// What a run is told of the agent's own doings: what it said in this thread, and, in a direct message, what else the
// same person has it do.
//
//   EL1  What the agent said is part of the thread as what people wrote is: it is never blind to its own posts (ux d.10).
//   EL2  A person's other work is told in their direct messages only, and only their own (ux d.9, d.14): nothing of a
//        direct message reaches a channel.
//   EL3  Of a run that read what strangers wrote, or saw another person's private matters, only what was asked of it is told:
//        its own words may be theirs (TNT-2, OUT-4).

import type { Conversation } from "../domain/conversation.ts";
import type { RunId } from "../domain/ids.ts";
import type { OutboxEntry } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import { ownWords } from "../domain/passed-on.ts";
import { isTainted } from "../domain/taint.ts";
import { isMatterOf } from "./told-run.ts";
import type { InboxRow, Tx } from "../store/contract.ts";

/** One thing that was said in a thread. */
export interface ThreadLine {
  readonly at: number;
  readonly text: string;
}

const longestLine = 1_000;
const longestSummary = 300;
const longestGoal = 100;
const looked = 40;
const mostElsewhere = 8;

/** What the agent said in earlier runs here, without results: those are told with their runs. */
export async function ownLines(tx: Tx, run: Run, limit: number): Promise<OwnLines> {
  const entries = await tx.outbox.posted(run.conversation, run.createdAt, limit);
  const earlier = entries.filter((entry) => entry.run !== run.id);
  return { lines: earlier.flatMap(ownLine), spokeIn: earlier.flatMap((entry) => entry.run ?? []) };
}

export interface OwnLines {
  readonly lines: readonly ThreadLine[];
  /** The runs that said them. */
  readonly spokeIn: readonly RunId[];
}

function ownLine({ createdAt, op }: OutboxEntry): ThreadLine[] {
  if (op.op !== "post") return [];
  const { message } = op;
  if (message.kind === "card" || message.kind === "result") return [];
  const words = message.kind === "notice" ? message.text : message.text || message.title;
  return words.trim() === "" ? [] : [{ at: createdAt, text: `You: ${quoted(words)}` }];
}

export function heardLine({ event, receivedAt }: InboxRow): ThreadLine[] {
  if (event.kind !== "message" || event.text.trim() === "") return [];
  return [{ at: receivedAt, text: `${event.author.name}: ${quoted(event.text)}` }];
}

/** What the person had before them when they asked, in a direct message: a hint, and no right to any of it (ux S-S6). */
export function viewLine(run: Run, { address }: Conversation, heard: readonly InboxRow[]): string {
  if (address.kind !== "dm") return "";
  const asking = heard.filter((row) => row.run === run.id).map(({ event }) => event);
  const seen = asking.flatMap((event) => (event.kind === "message" ? (event.lookingAt ?? []) : [])).at(-1);
  if (seen === undefined) return "";
  return `${run.subjectName} is looking at ${seen} (a hint at what may be meant; you see nothing of it by that).`;
}

/** In the order in which it was said. */
export function inOrder(lines: readonly ThreadLine[]): string[] {
  return lines.toSorted((a, b) => a.at - b.at).map(({ text }) => text);
}

/** Newest first; none outside direct messages (EL2). */
export async function workElsewhere(tx: Tx, run: Run, { address }: Conversation): Promise<string[]> {
  if (address.kind !== "dm" || run.mode !== "assistant") return [];
  const own = await tx.runs.list({ subject: run.subject, limit: looked });
  return own
    .filter((other) => other.conversation !== run.conversation && other.tenant === run.tenant)
    .slice(0, mostElsewhere)
    .map((other) => elsewhereLine(other));
}

function elsewhereLine(run: Run): string {
  const { title, goal, state, mode, outcome, createdAt, taint, subject } = run;
  const where = mode === "assistant" ? "another direct message" : "a channel";
  const day = new Date(createdAt).toISOString().slice(0, 10);
  const when = `(${state}, ${day}, in ${where})`;
  if (isTainted(taint) || !isMatterOf(run, subject)) {
    // Of what strangers wrote no word is told here: neither what was passed on, nor what a program handed over.
    const own = run.through === undefined ? ownWords(goal).trim() : "";
    return `${own === "" ? "work" : JSON.stringify(own.slice(0, longestGoal).toWellFormed())} ${when}`;
  }
  const summary = (outcome?.summary ?? "").slice(0, longestSummary).toWellFormed();
  return `${title} ${when}${summary === "" ? "" : `: ${JSON.stringify(summary)}`}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, longestLine).toWellFormed());
}
