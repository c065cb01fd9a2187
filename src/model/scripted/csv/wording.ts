// Numbers, days and headings as people read them.

import type { Measure } from "./figures.ts";

const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

export function formatted(measure: Measure, value: number): string {
  return measure === "net" || measure === "gross" ? money.format(value) : plain.format(value);
}

export function counted(count: number, noun: string): string {
  return `${plain.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-05` as `May 2026`; anything else as it is. */
export function monthName(key: string): string {
  return /^\d{4}-\d{2}$/.test(key) ? month.format(new Date(`${key}-01T00:00:00Z`)) : key;
}

export function dayName(key: string): string {
  return day.format(new Date(`${key}T00:00:00Z`));
}

/** What the figures are, at the beginning of a sentence. */
export function measureName(measure: Measure, hasDiscount: boolean): string {
  if (measure === "net") return hasDiscount ? "Revenue after discounts" : "The total amount";
  return { gross: "Revenue before discounts", quantity: "The total quantity", rows: "The number of rows" }[
    measure
  ];
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)} %`;
}
