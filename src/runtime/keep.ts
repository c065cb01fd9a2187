// What one compaction carries to the next: bounded, in order, without repeats.
//
//   K3  What has no room leaves the middle or the old end, is counted, and stands in a transcript; nothing is nested.

import { z } from "zod";
import { parseJson } from "../base/json.ts";
import type { KeptNotes } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import type { DecodedStep } from "./decoded-step.ts";
import type { Distilled } from "./distillation.ts";
import { chosen, excerpt } from "./fitting.ts";
import { mailText } from "./transcript.ts";
import type { Work } from "./work.ts";

const nothingKept: KeptNotes = {
  said: [],
  pinned: [],
  facts: [],
  state: [],
  leftOut: { said: 0, facts: 0 },
};

/** What the last compaction of this window's beginning left. */
export function keptBefore(steps: readonly DecodedStep[]): KeptNotes {
  const last = steps.findLast((step) => step.kind === "compaction" && step.output);
  if (last?.kind !== "compaction" || !last.output) return nothingKept;
  return last.output.kept ?? { ...nothingKept, state: [last.output.notes] };
}

/** With what this window brought, before anything has to make room. */
export function merged(work: Work, distilled: Distilled): KeptNotes {
  const before = keptBefore(work.steps);
  const said = work.mail.map((mail) => ({ text: mailText(mail), steer: mail.kind === "steer" }));
  return {
    said: [...before.said, ...said],
    pinned: unique([...before.pinned, ...rememberedIn(work.steps)]),
    facts: unique([...stillTrue(before.facts, distilled.outdated), ...distilled.facts]),
    state: distilled.state.length > 0 ? [...distilled.state] : before.state,
    leftOut: before.leftOut,
  };
}

/** Most of what was kept stays, whatever a distillation calls outdated. */
function stillTrue(facts: readonly string[], outdated: readonly number[]): string[] {
  const most = Math.max(3, Math.ceil(facts.length / 4));
  const gone = new Set(outdated.filter((n) => n >= 1 && n <= facts.length).slice(0, most));
  return facts.filter((_, place) => !gone.has(place + 1));
}

function rememberedIn(steps: readonly DecodedStep[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind !== "tool" || step.tool !== "remember" || step.state !== "done") return [];
    const { data } = Remembered.safeParse(parseJson(step.arguments)?.value);
    return data === undefined ? [] : [data.fact.replace(/\s+/g, " ")];
  });
}

const Remembered = z.object({ fact: z.string() });

function unique(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const key = line.toLowerCase().replace(/[\s.!]+$/u, "");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export interface Fitted {
  readonly lines: string[];
  readonly leftOut: number;
}

/** Newest words stay; what others wrote goes before what the people who steer wrote. */
export function fitSaid(
  { said }: KeptNotes,
  room: number,
  count: CountTokens,
): Fitted & { readonly items: KeptNotes["said"] } {
  const short = said.map((words) => ({ ...words, text: excerpt(words.text, room - lineMargin, count) }));
  const { kept, leftOut } = chosen(short, room, {
    rank: ({ steer }, place) => (steer ? 0 : short.length) - place,
    size: ({ text }) => lineTokens(text, count),
  });
  return { items: [...kept], lines: kept.map(({ text }) => text), leftOut: leftOut.length };
}

/** The first facts and the newest stay: what a long run found out at its start is what it builds on. */
export function fitFacts({ facts }: KeptNotes, room: number, count: CountTokens): Fitted {
  return fitted(facts, room, count, (place) => Math.min(place * 2, facts.length - 1 - place));
}

export function fitNewest(lines: readonly string[], room: number, count: CountTokens): Fitted {
  return fitted(lines, room, count, (place) => -place);
}

// oxlint-disable-next-line max-params -- what, how much, and how it is measured and ordered
function fitted(
  lines: readonly string[],
  room: number,
  count: CountTokens,
  rank: (place: number) => number,
): Fitted {
  const short = lines.map((line) => excerpt(line, room - lineMargin, count));
  const { kept, leftOut } = chosen(short, room, {
    rank: (_, place) => rank(place),
    size: (line) => lineTokens(line, count),
  });
  return { lines: [...kept], leftOut: leftOut.length };
}

const lineMargin = 4;

/** Tokens of a line with its bullet. */
export function lineTokens(line: string, count: CountTokens): number {
  return count(`- ${line}\n`);
}
