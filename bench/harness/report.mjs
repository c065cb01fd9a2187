// From measurements to figures, goals and a table.

import { spreadOf } from "./spread.mjs";

/**
 * One entry per goal: the figure of each round, set against its comparator of the same round; `less` is taken off both. The median
 * has to reach it, or with `worst` every round. `atLeast` in the place of `atMost` turns it round.
 */
export function judge(benchCase, measured) {
  return benchCase.goals.map(({ name, figure, over, less, atMost, atLeast, worst = false, unit = "" }) => {
    const values = read(measured, figure);
    const under = over && read(measured, over);
    const base = less ? read(measured, less) : values.map(() => 0);
    const perRound = values.map((value, round) =>
      under ? (value - base[round]) / (under[round] - base[round]) : value - base[round],
    );
    const spread = spreadOf(perRound);
    const limit = atMost === undefined ? { atLeast } : { atMost };
    const reached =
      atMost === undefined
        ? (worst ? spread.min : spread.median) >= atLeast
        : (worst ? spread.max : spread.median) <= atMost;
    return { name, unit: under ? "×" : unit, ...spread, ...limit, reached };
  });
}

function read(measured, [task, subject, metric]) {
  const rounds = measured[task]?.[subject];
  if (!rounds) throw new Error(`Nothing was measured for ${task} of ${subject}`);
  return rounds.map((figures) => figures[metric]);
}

/** Every metric of every subject: median and spread over the rounds. */
export function figuresOf(measured) {
  return Object.entries(measured).flatMap(([task, subjects]) =>
    Object.entries(subjects).flatMap(([subject, rounds]) =>
      Object.keys(rounds[0]).map((metric) => ({
        task,
        subject,
        metric,
        ...spreadOf(rounds.map((figures) => figures[metric])),
      })),
    ),
  );
}

export function printCase(benchCase, { figures, goals }) {
  console.log(`\n${benchCase.title}`);
  printTable(
    ["task", "subject", "figure", "median", "min – max"],
    figures.map(({ task, subject, metric, median, min, max }) => [
      task,
      subject,
      metric,
      round(median),
      `${round(min)} – ${round(max)}`,
    ]),
  );
  printTable(
    ["goal", "median", "min – max", "wanted", ""],
    goals.map(({ name, unit, median, min, max, atMost, atLeast, reached }) => [
      name,
      `${round(median)} ${unit}`,
      `${round(min)} – ${round(max)}`,
      atMost === undefined ? `≥ ${atLeast} ${unit}` : `≤ ${atMost} ${unit}`,
      reached ? "reached" : "NOT reached",
    ]),
  );
}

function printTable(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const line = (cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column])).join("  ")}`.trimEnd();
  console.log(line(head));
  for (const row of rows) console.log(line(row));
}

export function round(value) {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(3);
}
