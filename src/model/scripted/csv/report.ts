// The report file and the few lines for the thread.

import type { Layout } from "./columns.ts";
import type { Figures, Grouping, Line } from "./figures.ts";
import { flawsOf } from "./flaws.ts";
import type { Tally } from "./tally.ts";
import { counted, dayName, formatted, measureName, monthName, percent } from "./wording.ts";

export interface ReportInput {
  readonly tally: Tally;
  readonly layout: Layout;
  readonly figures: Figures;
  /** Choices and remarks, in sentences. */
  readonly remarks: readonly string[];
}

const mostLines = 12;

export function reportOf(input: ReportInput): string {
  const { tally, layout, figures, remarks } = input;
  const flaws = flawsOf(tally, layout, figures);
  return [
    `# ${fileName(tally.path)}`,
    headline(input),
    ...remarks,
    "## Totals",
    totals(input),
    ...figures.groupings.flatMap((grouping) => [`## By ${grouping.column}`, groupTable(grouping, figures)]),
    ...(layout.date === undefined ? [] : ["## By month", table("month", monthLines(figures), figures)]),
    "## Flaws in the data",
    flaws.length === 0 ? "None found." : bullets(flaws),
    "## How this was made",
    `${counted(tally.rows, "row")} of \`${tally.path}\` were read and ${counted(figures.sums.rows, "row")} summed. ${formula(layout)}`,
  ]
    .join("\n\n")
    .concat("\n");
}

export function summaryOf(input: ReportInput, whereTheRestIs: string): string {
  const { tally, layout, figures, remarks } = input;
  const flaws = flawsOf(tally, layout, figures);
  const [lead, ...others] = figures.groupings;
  const points = [
    ...(lead ? [`By ${lead.column}: ${leading(lead, figures, 5)}`] : []),
    ...others.map((grouping) => `By ${grouping.column}, largest: ${leading(grouping, figures, 3)}`),
    ...bestMonth(figures),
  ];
  return [
    headline(input),
    bullets(points),
    remarks.join(" "),
    flaws.length === 0
      ? "No flaws found in the data."
      : `Found in the data:\n${bullets(shortened(flaws, 4))}`,
    whereTheRestIs,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function headline({ tally, layout, figures }: ReportInput): string {
  const name = measureName(figures.measure, layout.discount !== undefined);
  const span = tally.firstDay === "" ? "" : `, ${dayName(tally.firstDay)} to ${dayName(tally.lastDay)}`;
  return `**${name} is ${formatted(figures.measure, figures.total)}** (${counted(figures.sums.rows, "row")}${span}).`;
}

function totals({ layout, figures: { sums, measure } }: ReportInput): string {
  const lines: [string, string][] = [["Rows counted", formatted("rows", sums.rows)]];
  if (layout.quantity !== undefined)
    lines.push([layout.columns[layout.quantity]?.name ?? "Quantity", formatted("quantity", sums.quantity)]);
  if (measure === "net" || measure === "gross") {
    lines.push(["Before discounts", formatted("gross", sums.gross)]);
    if (layout.discount !== undefined) {
      lines.push(
        ["Discounts", formatted("gross", sums.gross - sums.net)],
        ["After discounts", formatted("net", sums.net)],
      );
    }
  }
  return ["| | |", "| --- | ---: |", ...lines.map(([name, value]) => `| ${escaped(name)} | ${value} |`)].join(
    "\n",
  );
}

function groupTable(grouping: Grouping, figures: Figures): string {
  const shown = table(grouping.column, grouping.lines.slice(0, mostLines), figures);
  const rest = grouping.lines.slice(mostLines);
  if (rest.length === 0) return shown;
  const value = rest.reduce((sum, line) => sum + line.value, 0);
  return `${shown}\n\n${counted(rest.length, "more name")} with ${formatted(figures.measure, value)} in all.`;
}

function table(column: string, lines: readonly Line[], { measure, total }: Figures): string {
  const value = measure === "rows" ? "" : ` ${measure === "quantity" ? "quantity" : "revenue"} |`;
  const rule = measure === "rows" ? "" : " ---: |";
  return [
    `| ${escaped(column)} | rows |${value} share |`,
    `| --- | ---: |${rule} ---: |`,
    ...lines.map(
      (line) =>
        `| ${escaped(line.name)} | ${line.rows} |${measure === "rows" ? "" : ` ${formatted(measure, line.value)} |`} ${percent(line.value, total)} |`,
    ),
  ].join("\n");
}

function monthLines({ months }: Figures): Line[] {
  return months.map((line) => ({ ...line, name: monthName(line.name) }));
}

function leading({ lines }: Grouping, { measure, total }: Figures, most: number): string {
  return lines
    .slice(0, most)
    .map((line) => `${line.name} ${formatted(measure, line.value)} (${percent(line.value, total)})`)
    .join(", ");
}

function bestMonth({ months, measure }: Figures): string[] {
  const [first, ...rest] = months.filter((line) => /^\d/.test(line.name));
  if (!first || rest.length === 0) return [];
  const best = rest.reduce((top, line) => (line.value > top.value ? line : top), first);
  return [`Best month: ${monthName(best.name)} with ${formatted(measure, best.value)}`];
}

function formula({ columns, quantity, price, discount, amount }: Layout): string {
  const name = (place: number | undefined): string =>
    place === undefined ? "" : (columns[place]?.name ?? "");
  const less = discount === undefined ? "" : ` × (1 − ${name(discount)})`;
  if (quantity !== undefined && price !== undefined)
    return `Revenue is ${name(quantity)} × ${name(price)}${less}.`;
  return amount === undefined ? "" : `The amount is ${name(amount)}${less}.`;
}

function shortened(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `and ${lines.length - most} more in the report`];
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}
