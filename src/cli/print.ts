// How commands write: JSON for programs, plain aligned lines for people.

import { terminalText } from "../base/terminal-text.ts";
import type { Output } from "./contract.ts";

export function printJson(out: Output, value: unknown): void {
  out.write(`${JSON.stringify(value, undefined, out.isTTY ? 2 : undefined)}\n`);
}

/** Columns as wide as their widest cell; the last is not padded. A cell stays on its line, whatever is in it. */
export function printTable(out: Output, table: readonly (readonly string[])[]): void {
  const rows = table.map((row) => row.map((cell) => terminalText(cell)));
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  for (const row of rows) {
    out.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}

/** A table, or the sentence `none` where it would hold nothing. */
export function printList(
  out: Output,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  if (rows.length === 0) out.write(`${none}\n`);
  else printTable(out, [head, ...rows]);
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
