// Making texts fit a number of tokens, and saying where something was left out.

import type { CountTokens } from "../model/contract.ts";

const leftOut = "\n… (left out) …\n";

/** At most `tokens` of `text`: its beginning and its end, the end being the newer part. */
export function excerpt(text: string, tokens: number, count: CountTokens): string {
  if (count(text) <= tokens) return text;
  const characters = largest(text.length, (kept) => count(cut(text, kept)) <= tokens);
  return characters === 0 ? "" : cut(text, characters);
}

function cut(text: string, kept: number): string {
  const head = Math.floor(kept * 0.4);
  const tail = text.slice(text.length - (kept - head));
  return `${text.slice(0, head).toWellFormed()}${leftOut}${tail.toWellFormed()}`;
}

/** `texts` in at most `tokens` together: the longest are shortened, and all of those to the same length. */
export function shortened(texts: readonly string[], tokens: number, count: CountTokens): string[] {
  const sizes = texts.map(count);
  if (sum(sizes) <= tokens) return [...texts];
  const each = largest(tokens, (cap) => sum(sizes.map((size) => Math.min(size, cap))) <= tokens);
  return texts.map((text) => excerpt(text, each, count));
}

export interface Chosen<T> {
  /** In the order given. */
  readonly kept: readonly T[];
  readonly leftOut: readonly T[];
}

/** The items that fit, taken in the order of `rank` (smallest first) until one does not. */
export function chosen<T>(
  items: readonly T[],
  room: number,
  by: { readonly rank: (item: T, place: number) => number; readonly size: (item: T) => number },
): Chosen<T> {
  const ranked = items
    .map((item, place) => ({ item, rank: by.rank(item, place) }))
    .toSorted((a, b) => a.rank - b.rank);
  const taken = new Set<T>();
  let left = room;
  for (const { item } of ranked) {
    left -= by.size(item);
    if (left < 0) break;
    taken.add(item);
  }
  return { kept: items.filter((item) => taken.has(item)), leftOut: items.filter((item) => !taken.has(item)) };
}

/** The largest whole number up to `most` that `fits`; 0 if none does. */
function largest(most: number, fits: (n: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
