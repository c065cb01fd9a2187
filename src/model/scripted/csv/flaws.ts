// What is wrong in the file, in sentences with line numbers.

import type { Layout } from "./columns.ts";
import type { Figures } from "./figures.ts";
import type { Places, Tally } from "./tally.ts";
import { formatted } from "./wording.ts";

/** Those that touch the figures come first. */
export function flawsOf(tally: Tally, layout: Layout, figures: Figures): string[] {
  const { measure } = figures;
  const copied = measure === "rows" ? "" : `, ${formatted(measure, tally.copied[measure])} in all`;
  const discount = layout.discount === undefined ? undefined : layout.columns[layout.discount]?.name;
  const kept = (name: string): string => (name === discount ? ", counted as no discount" : "");
  return [
    ...(tally.problem === "" ? [] : [`Reading ended early: ${tally.problem}`]),
    ...(tally.leftOut.count > 0
      ? [`A number that the sum needs is missing in ${rows(tally.leftOut)}: left out.`]
      : []),
    ...(tally.copies.count > 0
      ? [`Exact copies of an earlier row: ${rows(tally.copies)}${copied}. Counted once.`]
      : []),
    ...figures.spellings.map(
      ({ column, names }) =>
        `${column} is spelt in ${names.length} ways: ${names.join(", ")}. Counted as ${names[0] ?? ""}.`,
    ),
    ...(tally.ragged.count > 0 ? [`Too many or too few cells in ${rows(tally.ragged)}.`] : []),
    ...Object.entries(tally.empty).map(([name, at]) => `${name} is empty in ${rows(at)}${kept(name)}.`),
    ...Object.entries(tally.unreadable).map(([name, at]) => `${name} can't be read in ${rows(at)}.`),
    ...(tally.seenAll ? [] : [`Copies were looked for among ${tally.seenMost} neighbouring rows only.`]),
  ];
}

function rows({ count, lines }: Places): string {
  const more = count > lines.length ? ", …" : "";
  return `${count} ${count === 1 ? "row" : "rows"} (line${count === 1 ? "" : "s"} ${lines.join(", ")}${more})`;
}
