// What the model is asked at a compaction, and what of its answer is taken.
//
//   D1  The answer only adds: a fact that was kept goes when it is named as outdated, and never many at once.
//   D2  Whatever the answer looks like, what is taken of it are single lines: it can't pass for a person's words or for
//       another part of the notes.

import type { KeptNotes } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import { excerpt, shortened } from "./fitting.ts";
import { distilInstructions } from "./instructions.ts";
import { recordParts } from "./record.ts";
import { opening, type Work } from "./work.ts";

export interface Distilled {
  readonly facts: readonly string[];
  /** Numbers in the list that was sent, from 1. */
  readonly outdated: readonly number[];
  readonly state: readonly string[];
}

export const nothingDistilled: Distilled = { facts: [], outdated: [], state: [] };

const longestLine = 400;
const mostFacts = 30;
const mostState = 20;

/** One text of at most `tokens`: what is kept, and the record since, its longest pieces shortened. */
export function distilRequest(work: Work, kept: KeptNotes, tokens: number, count: CountTokens): string {
  const known = [
    `The request:\n${excerpt(opening(work), Math.floor(tokens * 0.1), count)}`,
    list("Facts kept so far", kept.facts, (fact, n) => `F${n + 1}. ${fact}`),
    list("Where it stood", kept.state, (line) => `- ${line}`),
  ].filter((part) => part !== "");
  const head = excerpt(known.join("\n\n"), Math.floor(tokens * 0.4), count);
  const parts = recordParts(work);
  const room = tokens - count(head) - parts.length * 2 - 8;
  return [head, "The record since then:", ...shortened(parts, room, count)].join("\n\n");
}

export function distilRoom(contextTokens: number, answerTokens: number, count: CountTokens): number {
  return Math.floor((contextTokens - answerTokens - count(distilInstructions)) * 0.9);
}

type Place = keyof Distilled;

const headings: Readonly<Record<string, Place>> = {
  facts: "facts",
  "new facts": "facts",
  findings: "facts",
  decisions: "facts",
  outdated: "outdated",
};

/** Reads the headings that were asked for; lines under any other, or under none, say where the work stands. */
export function readDistilled(text: string): Distilled {
  const found: Record<Place, string[]> = { facts: [], outdated: [], state: [] };
  let place: Place = "state";
  for (const line of text.split("\n").map(plainLine)) {
    if (line === "") continue;
    const heading = headingOf(line);
    if (heading === undefined) found[place].push(withoutBullet(line));
    else place = headings[heading] ?? "state";
  }
  return {
    facts: found.facts.slice(0, mostFacts),
    outdated: found.outdated.flatMap((line) => {
      const number = /^F?(\d{1,4})\b/i.exec(line)?.[1];
      return number === undefined ? [] : [Number(number)];
    }),
    state: found.state.slice(0, mostState),
  };
}

function plainLine(line: string): string {
  const plain = line.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return plain.length > longestLine ? `${plain.slice(0, longestLine - 1).toWellFormed()}…` : plain;
}

function headingOf(line: string): string | undefined {
  const heading = /^#{1,6} ?(.+?):?$/.exec(line) ?? /^\*\*(.+?):?\*\*:?$/.exec(line);
  const named = heading?.[1]?.toLowerCase();
  if (named !== undefined) return named;
  const bare = line.toLowerCase().replace(/:$/, "");
  return line.endsWith(":") && Object.hasOwn(headings, bare) ? bare : undefined;
}

function withoutBullet(line: string): string {
  return line.replace(/^(?:[-*•]|\d{1,3}[.)])\s+/, "");
}

function list(title: string, lines: readonly string[], line: (text: string, n: number) => string): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.map(line).join("\n")}`;
}
