// The figures of a report, taken from a tally once the choices are made.

import { nameKey } from "./cells.ts";
import { categories, type Layout } from "./columns.ts";
import { addSums, noSums, type Sums, type Tally } from "./tally.ts";

export type Measure = "net" | "gross" | "quantity" | "rows";

export interface Line {
  readonly name: string;
  readonly value: number;
  readonly rows: number;
}

export interface Grouping {
  readonly column: string;
  /** Largest first. */
  readonly lines: readonly Line[];
}

export interface Figures {
  readonly measure: Measure;
  readonly total: number;
  readonly sums: Sums;
  /** The column to begin with comes first. */
  readonly groupings: readonly Grouping[];
  /** In order of time. */
  readonly months: readonly Line[];
  /** Names that are one, spelt in several ways. */
  readonly spellings: readonly { readonly column: string; readonly names: readonly string[] }[];
}

export function figuresOf(tally: Tally, layout: Layout, measure: Measure, lead: string | undefined): Figures {
  const merged = categories(layout).map(({ name }) => ({
    column: name,
    ...mergeSpellings(tally.groups[name] ?? {}),
  }));
  const toLine = ([name, sums]: [string, Sums]): Line => ({ name, value: sums[measure], rows: sums.rows });
  return {
    measure,
    total: tally.all[measure],
    sums: tally.all,
    groupings: merged
      .map(({ column, groups }) => ({
        column,
        lines: Object.entries(groups)
          .map(toLine)
          .toSorted((a, b) => b.value - a.value || a.name.localeCompare(b.name)),
      }))
      .toSorted((a, b) => Number(b.column === lead) - Number(a.column === lead)),
    months: Object.entries(tally.months)
      .map(toLine)
      .toSorted((a, b) => a.name.localeCompare(b.name)),
    spellings: merged.flatMap(({ column, variants }) => variants.map((names) => ({ column, names }))),
  };
}

/** One group for all spellings of a name, under the spelling that most rows have. */
function mergeSpellings(groups: Readonly<Record<string, Sums>>): {
  readonly groups: Readonly<Record<string, Sums>>;
  readonly variants: readonly (readonly string[])[];
} {
  const byKey = new Map<string, [string, Sums][]>();
  for (const entry of Object.entries(groups)) {
    const key = nameKey(entry[0]);
    byKey.set(key, [...(byKey.get(key) ?? []), entry]);
  }
  const merged = [...byKey.values()].map((entries) => {
    const names = entries.toSorted(([, a], [, b]) => b.rows - a.rows).map(([name]) => name);
    const sums = noSums();
    for (const [, more] of entries) addSums(sums, more);
    return { names, sums };
  });
  return {
    groups: Object.fromEntries(merged.map(({ names, sums }) => [names[0] ?? "", sums])),
    variants: merged.flatMap(({ names }) => (names.length > 1 ? [names] : [])),
  };
}
