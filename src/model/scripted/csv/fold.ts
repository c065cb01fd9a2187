// Folds a piece of a CSV file into a tally.

import { createHash } from "node:crypto";
import { nameKey, toDay, toNumber } from "./cells.ts";
import { categories, type Layout, layoutOf } from "./columns.ts";
import { type CsvRecord, delimiterOf, endOfWholeRecords, recordsOf } from "./records.ts";
import { addSums, noPlaces, noSums, note, type Sums, type Tally } from "./tally.ts";

export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Lines of the whole file. */
  readonly total: number;
  readonly text: string;
  /** Long lines come in parts, each but the last ending in ↩. */
  readonly broken: boolean;
}

/** Rows that it takes to tell what the columns are. */
const rowsToJudge = 20;

const mostNames = 300;
const otherNames = "(all others)";

const emptyCell = "(empty)";

/** The tally with `piece` in it; pieces come in the order of the file, each once. The tally given is not changed. */
export function foldPiece(before: Tally, piece: Piece): Tally {
  const tally = structuredClone(before);
  if (piece.from === 1) tally.delimiter = delimiterOf(piece.text.split("\n", 1)[0] ?? "");
  const lines = `${piece.text}\n`;
  const text = tally.rest + (piece.broken ? lines.replaceAll("↩\n", "") : lines);
  const firstLine = tally.rest === "" ? piece.from : tally.restLine;
  const isLast = piece.to >= piece.total;
  const end = isLast ? text.length : endOfWholeRecords(text, tally.delimiter);
  tally.nextLine = piece.to + 1;
  const parsed = recordsOf(text.slice(0, end), tally.delimiter, firstLine);
  if (parsed.kind === "malformed") return { ...tally, problem: parsed.problem };
  if (!tally.layout && !isLast && parsed.records.length <= rowsToJudge) {
    return { ...tally, rest: text, restLine: firstLine };
  }
  tally.rest = text.slice(end);
  tally.restLine = firstLine + text.slice(0, end).split("\n").length - 1;
  const seen = new Set(tally.seen.split(" "));
  const records = takeHeader(tally, parsed.records);
  if (tally.layout) for (const record of records) foldRecord(tally, tally.layout, record, seen);
  tally.seen = [...seen].join(" ");
  return tally;
}

function takeHeader(tally: Tally, records: readonly CsvRecord[]): readonly CsvRecord[] {
  const [header, ...rows] = records;
  if (tally.layout || !header) return records;
  tally.layout = layoutOf(
    header.cells,
    rows.map((row) => row.cells),
    tally.delimiter,
  );
  return rows;
}

function foldRecord(tally: Tally, layout: Layout, record: CsvRecord, seen: Set<string>): void {
  if (tally.only !== "" && !names(layout, record).includes(tally.only)) return;
  tally.rows += 1;
  if (record.cells.length !== layout.columns.length) note(tally.ragged, record.line);
  noteEmpty(tally, layout, record);
  const sums = sumsOf(tally, layout, record);
  if (!sums) {
    note(tally.leftOut, record.line);
    return;
  }
  if (isCopy(tally, record, seen)) {
    note(tally.copies, record.line);
    addSums(tally.copied, sums);
    return;
  }
  addSums(tally.all, sums);
  for (const { name, place } of categories(layout)) {
    const value = record.cells[place]?.trim() || emptyCell;
    addSums(
      entry(
        entry(tally.groups, name, () => ({})),
        value,
        noSums,
      ),
      sums,
    );
  }
  foldDay(tally, layout, { record, sums });
}

function names(layout: Layout, record: CsvRecord): string[] {
  return categories(layout).map(({ place }) => nameKey(record.cells[place] ?? ""));
}

function noteEmpty(tally: Tally, layout: Layout, { cells, line }: CsvRecord): void {
  layout.columns.forEach(({ name }, place) => {
    if ((cells[place] ?? "").trim() === "") note(entry(tally.empty, name, noPlaces), line);
  });
}

/** `undefined` where a number that the sum needs is missing. Without numbers to sum, rows are counted. */
function sumsOf(tally: Tally, layout: Layout, record: CsvRecord): Sums | undefined {
  const number = (place: number | undefined): number | undefined => {
    const cell = place === undefined ? "" : (record.cells[place] ?? "").trim();
    const value = toNumber(cell, layout.decimalComma);
    const name = place === undefined ? undefined : layout.columns[place]?.name;
    if (cell !== "" && value === undefined && name !== undefined) {
      note(entry(tally.unreadable, name, noPlaces), record.line);
    }
    return value;
  };
  const quantity = number(layout.quantity);
  const price = number(layout.price);
  const discount = number(layout.discount) ?? 0;
  const product = layout.quantity !== undefined && layout.price !== undefined;
  const amount = product ? times(quantity, price) : number(layout.amount);
  if (amount === undefined && (product || layout.amount !== undefined)) return undefined;
  const gross = amount ?? 0;
  const share = Math.abs(discount) > 1 ? discount / 100 : discount;
  return { rows: 1, quantity: quantity ?? 0, gross, net: gross * (1 - share) };
}

function times(quantity: number | undefined, price: number | undefined): number | undefined {
  return quantity === undefined || price === undefined ? undefined : quantity * price;
}

/** Compares with the rows before it, as many as the tally keeps. */
function isCopy(tally: Tally, record: CsvRecord, seen: Set<string>): boolean {
  const hash = createHash("sha256").update(JSON.stringify(record.cells)).digest("base64url").slice(0, 7);
  if (seen.has(hash)) return true;
  seen.add(hash);
  const [oldest] = seen;
  if (seen.size > tally.seenMost && oldest !== undefined) {
    seen.delete(oldest);
    tally.seenAll = false;
  }
  return false;
}

function foldDay(
  tally: Tally,
  layout: Layout,
  { record, sums }: { readonly record: CsvRecord; readonly sums: Sums },
): void {
  if (layout.date === undefined) return;
  const cell = (record.cells[layout.date] ?? "").trim();
  const day = toDay(cell);
  if (day === undefined) {
    if (cell !== "")
      note(entry(tally.unreadable, layout.columns[layout.date]?.name ?? "date", noPlaces), record.line);
    addSums(entry(tally.months, emptyCell, noSums), sums);
    return;
  }
  addSums(entry(tally.months, day.slice(0, 7), noSums), sums);
  if (tally.firstDay === "" || day < tally.firstDay) tally.firstDay = day;
  if (day > tally.lastDay) tally.lastDay = day;
}

/** Names beyond the most that are kept apart count together. */
function entry<T>(of: Record<string, T>, key: string, make: () => T): T {
  const known = Object.hasOwn(of, key) ? of[key] : undefined;
  if (known !== undefined) return known;
  if (key !== otherNames && Object.keys(of).length >= mostNames) return entry(of, otherNames, make);
  const value = make();
  // Not an assignment: a name may be `__proto__`.
  Object.defineProperty(of, key, { value, enumerable: true, writable: true, configurable: true });
  return value;
}
