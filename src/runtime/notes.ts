// The notes of a compaction: what stands in the context in place of everything that left it.
//
//   K1  What people said and decided stands in the notes word for word, whatever the model makes of the rest. Each part has
//       a share of the room; what has none is counted and stands in the transcripts.

import type { KeptNotes } from "../domain/step.ts";
import type { CountTokens } from "../model/contract.ts";
import { decidedLines } from "./decided-lines.ts";
import type { DecodedStep } from "./decoded-step.ts";
import type { Distilled } from "./distillation.ts";
import { shortened } from "./fitting.ts";
import { fitFacts, fitNewest, fitSaid, lineTokens, merged } from "./keep.ts";
import { transcriptFolder } from "./own-files.ts";
import { nudges } from "./transcript.ts";
import type { Work } from "./work.ts";

export interface Condensed {
  readonly notes: string;
  readonly kept: KeptNotes;
}

export interface NotesPlace {
  /** The transcript of this window. */
  readonly path: string;
  readonly tokens: number;
  readonly count: CountTokens;
}

export function condense(work: Work, distilled: Distilled, { path, tokens, count }: NotesPlace): Condensed {
  const whole = merged(work, distilled);
  const head = [headOf(path), work.run.finishing ? nudges.finish : "", planPart(work)].filter(Boolean);
  const share = shareOut(tokens - count(head.join("\n\n")), count);
  const decided = share(0.2, (room) => fitNewest(decidedLines(work.waits), room, count));
  const said = share(0.25, (room) => fitSaid(whole, room, count));
  const pinned = share(0.05, (room) => fitNewest(whole.pinned, room, count));
  const facts = share(0.25, (room) => fitFacts(whole, room, count));
  const state = share(0.1, (room) => fitWhole(whole.state, room, count));
  const acts = share(0.15, (room) => fitWhole(actLines(work), Math.min(room, tokens * 0.15), count));
  const leftOut = {
    said: whole.leftOut.said + said.leftOut,
    facts: whole.leftOut.facts + facts.leftOut,
  };
  const parts = [
    part("What people said", said.lines, leftOut.said),
    part("Answers to your questions, and what was approved", decided.lines, decided.leftOut),
    part("What you put into your memory", pinned.lines),
    part("Facts you found", facts.lines, leftOut.facts),
    part("Where it stands, in your words", state.lines),
    part("Your last acts", acts.lines),
  ];
  return {
    notes: [...head, ...parts.filter(Boolean)].join("\n\n"),
    kept: { said: said.items, pinned: pinned.lines, facts: facts.lines, state: [...state.lines], leftOut },
  };
}

interface Lines {
  readonly lines: readonly string[];
}

/** Gives each part its share of `total`, and what the parts before it left over. */
function shareOut(
  total: number,
  count: CountTokens,
): <T extends Lines>(share: number, fit: (room: number) => T) => T {
  let over = 0;
  return (share, fit) => {
    const room = Math.max(0, Math.floor(total * share + over));
    const fitted = fit(room);
    over = room - fitted.lines.reduce((sum, line) => sum + lineTokens(line, count), 0);
    return fitted;
  };
}

/** All lines, the longest shortened; none where there is hardly room for one. */
function fitWhole(lines: readonly string[], room: number, count: CountTokens): Lines {
  const forText = Math.floor(room) - lines.length * lineTokens("", count);
  return forText < smallest ? { lines: [] } : { lines: shortened(lines, forText, count) };
}

const smallest = 24;

function headOf(path: string): string {
  return (
    `(The earlier part of this work left the context. It is in ${path}, what came before that in the files beside it; ` +
    `search_files with path ${transcriptFolder} finds what is not here. These are your own notes on it: only what stands under ` +
    `"What people said" and "Answers" was said by people.)`
  );
}

function planPart({ run }: Work): string {
  return run.plan
    ? part(
        `Plan: ${run.plan.title}`,
        run.plan.steps.map((step) => `${step.text} (${step.state})`),
      )
    : "";
}

const recentActs = 8;
const previewCharacters = 2_000;

function actLines({ steps }: Work): string[] {
  const unread = steps.findLastIndex((step) => step.kind === "model" && step.output) + 1;
  return steps
    .flatMap((step, place) => (step.kind === "tool" ? [actLine(step, place >= unread)] : []))
    .slice(-recentActs);
}

/** One line, quoted: what came back must not look like another part of the notes. */
function actLine(step: Extract<DecodedStep, { kind: "tool" }>, isUnread: boolean): string {
  const result = JSON.stringify(
    (step.output?.content ?? "no result").slice(0, previewCharacters).toWellFormed(),
  );
  const note = isUnread
    ? " (left the context before you read it; if you need more of it, call for smaller parts)"
    : "";
  return `${step.tool} ${step.arguments.slice(0, previewCharacters).toWellFormed()} → ${result}${note}`;
}

function part(title: string, lines: readonly string[], leftOut = 0): string {
  if (lines.length === 0 && leftOut === 0) return "";
  const more = leftOut === 0 ? [] : [`(${leftOut} more: search_files in ${transcriptFolder})`];
  return [`${title}:`, ...lines.map((line) => `- ${line}`), ...more].join("\n");
}
