// Which marks a run begins with (TNT-2): those of what its opening tells it, and of whom it works for.
//
//   OM1  What is told of this thread raises the run: it is the same conversation.
//   OM2  What comes from elsewhere and bears words of strangers is left out and counted, so that a run with a fresh context
//        starts clean: the model can ask for it, and has seen it then.

import type { Memory } from "../domain/memory.ts";
import { passedMarks } from "../domain/passed-on.ts";
import type { Run } from "../domain/run.ts";
import {
  allRaised,
  authorMarks,
  isTainted,
  privateMarks,
  raised,
  type TaintMarks,
  untainted,
} from "../domain/taint.ts";
import type { InboxRow, Tx } from "../store/contract.ts";

/** Of whom it works for: a guest's or another company's person's words are a stranger's (TNT-1, ID-2). */
export async function subjectMarks(tx: Tx, run: Run): Promise<TaintMarks> {
  const subject = await tx.people.find(run.subject);
  const author = subject && run.schedule === undefined ? authorMarks(subject) : untainted;
  return run.mode === "assistant" ? raised(author, privateMarks(run.subject)) : author;
}

/** Of what was said in the thread, by people and by earlier runs. */
export async function threadMarks(
  tx: Tx,
  run: Run,
  { history, spokeIn, earlier }: ThreadParts,
): Promise<TaintMarks> {
  const known = new Map(earlier.map((other) => [other.id, other]));
  const others = await Promise.all(
    [...new Set(spokeIn)].map(async (id) => known.get(id) ?? (await tx.runs.find(id))),
  );
  const heard = history.filter(({ run: of }) => of !== run.id).map(({ event }) => event);
  const authors = heard.map(({ author }) => authorMarks(author));
  const passed = heard.map((event) => (event.kind === "message" ? passedMarks(event) : undefined));
  return allRaised([
    ...authors,
    ...passed,
    ...earlier.map(({ taint }) => taint),
    ...others.map((other) => other?.taint),
  ]);
}

export interface ThreadParts {
  readonly history: readonly InboxRow[];
  /** Runs whose words are shown. */
  readonly spokeIn: readonly Run["id"][];
  readonly earlier: readonly Run[];
}

/** OM2. */
export function withoutStrangers<T extends { readonly taint?: TaintMarks }>(
  items: readonly T[],
  marks: TaintMarks,
): { readonly told: T[]; readonly left: number } {
  const told = items.filter(({ taint }) => !taint || !addsStranger(marks, taint));
  return { told, left: items.length - told.length };
}

function addsStranger(marks: TaintMarks, taint: TaintMarks): boolean {
  return isTainted(taint) && taint.external.some((source) => !marks.external.includes(source));
}

export function leftOutLine(left: number, what: string, how: string): string[] {
  if (left === 0) return [];
  return [`(${left} more ${what} with words of people outside: ${how} shows ${left === 1 ? "it" : "them"}.)`];
}

export function memoryMarks(memories: readonly Memory[]): TaintMarks {
  return allRaised(memories.map(({ taint }) => taint));
}
