// Text of a CSV file to records, piece by piece, with their line numbers.

import { CsvError, parse } from "csv-parse/sync";

export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export type Records =
  | { readonly kind: "records"; readonly records: readonly CsvRecord[] }
  | { readonly kind: "malformed"; readonly problem: string };

/** The separator that the header has most of. */
export function delimiterOf(header: string): string {
  const count = (sign: string): number => header.split(sign).length - 1;
  return [",", ";", "\t", "|"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/** Where the last whole record ends: a piece may end inside a quoted cell that goes on in the next one. */
export function endOfWholeRecords(text: string, delimiter: string): number {
  let end = 0;
  let quoted = false;
  let begins = true;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') continue;
      if (text[at + 1] === '"') at += 1;
      else quoted = false;
      continue;
    }
    quoted = begins && sign === '"';
    begins = sign === "\n" || sign === delimiter;
    if (sign === "\n") end = at + 1;
  }
  return end;
}

/** `text` holds whole records; `firstLine` is the number of its first line in the file. */
export function recordsOf(text: string, delimiter: string, firstLine: number): Records {
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        records.push({ line: firstLine - 1 + lines, cells });
        return null;
      },
    });
    return { kind: "records", records };
  } catch (error) {
    if (error instanceof CsvError) return { kind: "malformed", problem: error.message };
    throw error;
  }
}
