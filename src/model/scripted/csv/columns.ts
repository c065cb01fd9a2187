// What the columns of a table are, judged by their names and their first rows.

import { z } from "zod";
import { nameKey, toDay, toNumber } from "./cells.ts";

const Kind = z.enum(["number", "date", "category", "text"]);
type Kind = z.infer<typeof Kind>;

const place = z.number().optional();
export const Layout = z.object({
  columns: z.array(z.object({ name: z.string(), kind: Kind })),
  decimalComma: z.boolean(),
  /** Places of the columns that a sum is made of. */
  quantity: place,
  price: place,
  discount: place,
  amount: place,
  date: place,
});
export type Layout = z.infer<typeof Layout>;

const enough = 0.8;
const mostCategories = 40;
const identifier = /^(?:id|.*[ _-](?:id|no|number)|zip|code|phone|year|row)$/i;

export function layoutOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  delimiter: string,
): Layout {
  const decimalComma = delimiter !== "," && isDecimalComma(rows);
  const columns = header.map((name, place): Layout["columns"][number] => {
    const cells = rows.map((row) => row[place]?.trim() ?? "").filter((cell) => cell !== "");
    return {
      name: columnName(header, place),
      kind: kindOf(name, cells, decimalComma),
    };
  });
  const numberNamed = (pattern: RegExp): number | undefined => {
    const place = columns.findIndex((column) => column.kind === "number" && pattern.test(column.name));
    return place < 0 ? undefined : place;
  };
  const date = columns.findIndex((column) => column.kind === "date");
  return {
    columns,
    decimalComma,
    quantity: numberNamed(/^(?:units?|quantity|qty|pieces|count|hours)(?:\b|_|$)/i),
    price: numberNamed(/price|rate|cost per/i),
    discount: numberNamed(/discount|rebate/i),
    amount: numberNamed(/amount|revenue|sales|total|turnover|value|net|gross|cost/i),
    date: date < 0 ? undefined : date,
  };
}

/** Never blank, and never the same twice. */
function columnName(header: readonly string[], place: number): string {
  const name = (header[place] ?? "").trim().slice(0, 80) || `column ${place + 1}`;
  const before = header.slice(0, place).map((other) => other.trim().slice(0, 80));
  return before.includes(name) ? `${name} (column ${place + 1})` : name;
}

/** Categories, in the order of the file. */
export function categories(layout: Layout): readonly { readonly name: string; readonly place: number }[] {
  return layout.columns.flatMap(({ name, kind }, place) => (kind === "category" ? [{ name, place }] : []));
}

function kindOf(name: string, cells: readonly string[], decimalComma: boolean): Kind {
  if (cells.length === 0) return "text";
  const share = (is: (cell: string) => boolean): number => cells.filter(is).length / cells.length;
  if (share((cell) => toDay(cell) !== undefined) >= enough) return "date";
  if (share((cell) => toNumber(cell, decimalComma) !== undefined) >= enough) {
    return identifier.test(name.trim()) ? "text" : "number";
  }
  const distinct = new Set(cells.map(nameKey)).size;
  return distinct <= mostCategories && distinct <= Math.max(3, cells.length / 3) ? "category" : "text";
}

function isDecimalComma(rows: readonly (readonly string[])[]): boolean {
  const cells = rows.flat();
  const comma = cells.filter((cell) => /^-?[\d.]*\d,\d{1,2}$/.test(cell.trim())).length;
  const point = cells.filter((cell) => /^-?\d+\.\d{1,2}$/.test(cell.trim())).length;
  return comma > point;
}
