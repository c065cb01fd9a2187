// Sums over the records of a CSV file, folded piece by piece, so that a file of any length needs one piece at a time.
//
//   Y1  A tally is plain data: what is folded before and after a rest, a compaction or a crash is the same.
//   Y2  A row that is left out of the sums is named in the flaws, with its line.
//   Y3  An exact copy of an earlier row is counted once.

import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import { Layout } from "./columns.ts";

const Sums = z.object({ rows: z.number(), quantity: z.number(), gross: z.number(), net: z.number() });
export type Sums = z.infer<typeof Sums>;

const Places = z.object({ count: z.number(), lines: z.array(z.number()) });
export type Places = z.infer<typeof Places>;

const Tally = z.object({
  version: z.literal(1),
  path: z.string(),
  /** Only rows that have this name in a category are counted; empty for all. */
  only: z.string(),
  /** First line that has not been folded. */
  nextLine: z.number(),
  delimiter: z.string(),
  layout: Layout.optional(),
  /** Text of a record that goes on in the next piece, and its first line. */
  rest: z.string(),
  restLine: z.number(),
  rows: z.number(),
  all: Sums,
  /** By column, by name as it is written. */
  groups: z.record(z.string(), z.record(z.string(), Sums)),
  months: z.record(z.string(), Sums),
  firstDay: z.string(),
  lastDay: z.string(),
  empty: z.record(z.string(), Places),
  unreadable: z.record(z.string(), Places),
  ragged: Places,
  leftOut: Places,
  copies: Places,
  copied: Sums,
  /** Short hashes of the latest rows, for finding copies; at most `seenMost`. */
  seen: z.string(),
  seenMost: z.number(),
  /** No row has left `seen`. */
  seenAll: z.boolean(),
  problem: z.string(),
});
export type Tally = z.infer<typeof Tally>;

export function noSums(): Sums {
  return { rows: 0, quantity: 0, gross: 0, net: 0 };
}

export function addSums(to: Sums, more: Sums): void {
  to.rows += more.rows;
  to.quantity += more.quantity;
  to.gross += more.gross;
  to.net += more.net;
}

export function noPlaces(): Places {
  return { count: 0, lines: [] };
}

const linesKept = 8;

export function note(places: Places, line: number): void {
  places.count += 1;
  if (places.lines.length < linesKept) places.lines.push(line);
}

export function newTally(path: string, only: string, seenMost: number): Tally {
  return {
    version: 1,
    path,
    only,
    nextLine: 1,
    delimiter: ",",
    rest: "",
    restLine: 1,
    rows: 0,
    all: noSums(),
    groups: {},
    months: {},
    firstDay: "",
    lastDay: "",
    empty: {},
    unreadable: {},
    ragged: noPlaces(),
    leftOut: noPlaces(),
    copies: noPlaces(),
    copied: noSums(),
    seen: "",
    seenMost,
    seenAll: true,
    problem: "",
  };
}

/** One line for each member, sums without the noise of binary fractions: what `tallyFrom` reads. */
export function tallyText(tally: Tally): string {
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toFixed(6)) : value;
  const lines = Object.entries(tally).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value, rounded)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** `undefined` for any other text. */
export function tallyFrom(text: string): Tally | undefined {
  return Tally.safeParse(parseJson(text)?.value).data;
}
