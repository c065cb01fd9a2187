// Reads a CSV file through `read_file`, and knows from the acts how far it has come.
//
//   Z1  Straight through, all pieces stand in the context together. After a compaction they would not fit: then each
//       piece is folded into a tally that is kept in a file of the workspace, and reading goes on from there.

import type { PlannedTool } from "../move.ts";
import { type Story, textArg } from "../story.ts";
import { readResult } from "../tool-results.ts";
import { foldPiece, type Piece } from "./fold.ts";
import { newTally, type Tally, tallyFrom, tallyText } from "./tally.ts";

export type Reading =
  /** These calls bring it further. */
  | { readonly kind: "reading"; readonly calls: readonly PlannedTool[]; readonly say: string }
  | { readonly kind: "read"; readonly tally: Tally }
  | { readonly kind: "empty" }
  | { readonly kind: "failed"; readonly problem: string };

const piecesPerTurn = 12;
const linesPerStep = 100;
/** Rows that are compared in the search for copies. */
const seenStraight = 100_000;
const seenStepwise = 250;
/** A scripted model is no data warehouse. */
const mostLines = 50_000;

export function readingOf(story: Story, path: string, only: string): Reading {
  const read = story.acts.filter((act) => act.name === "read_file" && textArg(act, "path") === path);
  const results = read.map((act) => readResult(act.result));
  if (results.some((result) => result.kind === "empty")) return { kind: "empty" };
  const failed = results.find((result) => result.kind === "failed");
  if (failed?.kind === "failed") return failed;
  const pieces = results.flatMap((result) => (result.kind === "piece" ? [result] : []));
  return story.notes === "" ? straight(path, only, pieces) : stepwise(story, { path, only, pieces });
}

function straight(path: string, only: string, pieces: readonly Piece[]): Reading {
  const [first] = pieces;
  if (!first) return { kind: "reading", calls: [readCall(path, 1)], say: `Reading ${path}.` };
  if (first.total > mostLines) return tooLong(first.total);
  const missing = missingIn(pieces, first).slice(0, piecesPerTurn);
  if (missing.length === 0)
    return {
      kind: "read",
      tally: contiguous(pieces, 1).reduce(foldPiece, newTally(path, only, seenStraight)),
    };
  return {
    kind: "reading",
    calls: missing.map(({ offset, limit }) => readCall(path, offset, limit)),
    say: `Reading the rest of ${path}, ${first.total} lines in all.`,
  };
}

/** What is still to be read, in parts a little smaller than the first piece: lines differ in length. */
function missingIn(
  pieces: readonly Piece[],
  first: Piece,
): { readonly offset: number; readonly limit: number }[] {
  const size = Math.max(1, Math.floor((first.to - first.from + 1) * 0.85));
  const missing: { offset: number; limit: number }[] = [];
  for (let next = 1; next <= first.total; ) {
    const known = at(pieces, next);
    const later = pieces.filter((piece) => piece.from > next).map((piece) => piece.from);
    const limit = Math.min(size, Math.min(...later, first.total + 1) - next);
    if (!known) missing.push({ offset: next, limit });
    next = known ? known.to + 1 : next + limit;
  }
  return missing;
}

function stepwise(
  story: Story,
  { path, only, pieces }: { readonly path: string; readonly only: string; readonly pieces: readonly Piece[] },
): Reading {
  const file = progressPath(path);
  const kept = keptTally(story, file);
  if (kept.kind === "reading") return kept;
  const before =
    kept.tally?.path === path && kept.tally.only === only ? kept.tally : newTally(path, only, seenStepwise);
  const total = pieces.at(-1)?.total ?? 0;
  const tally = contiguous(pieces, before.nextLine).reduce(foldPiece, before);
  if (total > mostLines) return tooLong(total);
  if (total > 0 && tally.nextLine > total) return { kind: "read", tally };
  const keep = { name: "write_file", args: { path: file, content: tallyText(tally) } };
  return {
    kind: "reading",
    calls: [
      ...(tally.nextLine > before.nextLine ? [keep] : []),
      readCall(path, tally.nextLine, linesPerStep),
    ],
    say: `Going on with ${path} at line ${tally.nextLine}.`,
  };
}

/** The tally as last written, else as it stands in its file. */
function keptTally(
  story: Story,
  file: string,
): { readonly kind: "kept"; readonly tally: Tally | undefined } | Extract<Reading, { kind: "reading" }> {
  if (!story.notes.includes(file) && !story.acts.some((act) => textArg(act, "path") === file)) {
    return { kind: "kept", tally: undefined };
  }
  const about = story.acts.filter((act) => textArg(act, "path") === file);
  const written = about.findLast((act) => act.name === "write_file");
  if (written) return { kind: "kept", tally: tallyFrom(textArg(written, "content")) };
  const reads = about.filter((act) => act.name === "read_file");
  const results = reads.map((act) => readResult(act.result));
  const pieces = contiguous(
    results.flatMap((result) => (result.kind === "piece" ? [result] : [])),
    1,
  );
  const last = pieces.at(-1);
  const whole = last !== undefined && last.to >= last.total;
  const none = results.some((result) => result.kind !== "piece");
  if (none) return { kind: "kept", tally: undefined };
  if (whole) return { kind: "kept", tally: tallyFrom(wholeText(pieces)) };
  return {
    kind: "reading",
    calls: [readCall(file, (last?.to ?? 0) + 1)],
    say: "Looking up how far the reading had come.",
  };
}

function wholeText(pieces: readonly Piece[]): string {
  const text = pieces.map((piece) => piece.text).join("\n");
  return pieces.some((piece) => piece.broken) ? text.replaceAll("↩\n", "") : text;
}

function contiguous(pieces: readonly Piece[], from: number): Piece[] {
  const chain: Piece[] = [];
  for (let next = from, piece = at(pieces, next); piece; next = piece.to + 1, piece = at(pieces, next))
    chain.push(piece);
  return chain;
}

function at(pieces: readonly Piece[], from: number): Piece | undefined {
  return pieces.find((piece) => piece.from === from && piece.to >= from);
}

function readCall(path: string, offset: number, limit?: number): PlannedTool {
  return {
    name: "read_file",
    args: { path, ...(offset === 1 ? {} : { offset }), ...(limit === undefined ? {} : { limit }) },
  };
}

function progressPath(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `work/${name}.progress.json`;
}

function tooLong(total: number): Reading {
  return {
    kind: "failed",
    problem: `it has ${total} lines, and the scripted model reads at most ${mostLines}`,
  };
}
