// What is told after reading: size, columns, flaws.

import { nameKey } from "./cells.ts";
import type { Layout } from "./columns.ts";
import type { Places, Tally } from "./tally.ts";
import { counted, dayName } from "./wording.ts";

const mostCharacters = 560;

export function foundOf(tally: Tally, layout: Layout): string {
  const names = layout.columns.map(({ name }) => name).join(", ");
  const span = tally.firstDay === "" ? "" : `, ${dayName(tally.firstDay)} to ${dayName(tally.lastDay)}`;
  const flaws = flawCounts(tally);
  const found = flaws.length === 0 ? "I found no flaws." : `I found ${flaws.join(", ")}.`;
  const size = `${counted(tally.rows, "row")} with ${counted(layout.columns.length, "column")}`;
  const text = `I have read ${size} (${names})${span}. ${found}`;
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text;
}

function flawCounts(tally: Tally): string[] {
  const counts: readonly (readonly [count: number, one: string, many: string])[] = [
    [sum(tally.empty), "empty cell", "empty cells"],
    [sum(tally.unreadable), "cell that can't be read", "cells that can't be read"],
    [tally.copies.count, "row that is a copy", "rows that are copies"],
    [tally.ragged.count, "row with too many or too few cells", "rows with too many or too few cells"],
    [variants(tally), "name spelt in two ways", "names spelt in several ways"],
  ];
  return counts.flatMap(([count, one, many]) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`],
  );
}

function sum(places: Readonly<Record<string, Places>>): number {
  return Object.values(places).reduce((all, { count }) => all + count, 0);
}

function variants(tally: Tally): number {
  return Object.values(tally.groups).reduce((all, groups) => {
    const names = Object.keys(groups);
    return all + names.length - new Set(names.map(nameKey)).size;
  }, 0);
}
