// What the person wants of a summary, as far as the words are recognised.

import { nameKey } from "./cells.ts";
import { categories, type Layout } from "./columns.ts";

export interface Wishes {
  /** A name that rows must have; its key and as it was said. */
  readonly only?: { readonly key: string; readonly said: string };
  /** A column to begin with, as it was said. */
  readonly by?: string;
  readonly discounts?: "after" | "before";
  readonly askNothing: boolean;
  /** What was added and not understood. */
  readonly unknown: readonly string[];
}

const onlyWords =
  /\bonly\s+(?:(?:for|the|from|in)\s+)*["“']?([\p{L}\p{N}][\p{L}\p{N} .&/-]*?)["”']?(?=\s*(?:[,;.!?)]|$)|\s+(?:and|by|please|region|rows|channel|before|after)\b)/iu;
const byWords = /\b(?:by|per|group(?:ed)? by)\s+(?:the\s+)?["“']?([\p{L}_][\p{L}_]*)/iu;
const quiet = /\b(?:stop asking|don'?t ask|do not ask|no (?:more )?questions|without asking)\b/i;

/** Later words win over earlier ones. What is said in the request and not understood is not reported: it is a sentence. */
export function wishesOf(
  request: string,
  steering: readonly string[],
  answers: readonly string[] = [],
): Wishes {
  let wishes: Wishes = { ...read(request), unknown: [] };
  for (const text of [...steering, ...answers]) {
    const more = read(text);
    const understood = more.only || more.by || more.discounts || more.askNothing;
    wishes = {
      ...wishes,
      ...more,
      askNothing: wishes.askNothing || more.askNothing,
      unknown: understood || answers.includes(text) ? wishes.unknown : [...wishes.unknown, text],
    };
  }
  return wishes;
}

function read(text: string): Omit<Wishes, "unknown"> {
  const only = onlyWords.exec(text)?.[1]?.trim();
  const by = byWords.exec(text)?.[1];
  const discounts = discountsIn(text);
  return {
    ...(only ? { only: { key: nameKey(only), said: only } } : {}),
    ...(by ? { by } : {}),
    ...(discounts ? { discounts } : {}),
    askNothing: quiet.test(text),
  };
}

function discountsIn(text: string): Wishes["discounts"] | undefined {
  const before = text.search(
    /\b(?:before (?:any |the )?discounts?|gross|list prices?|without discounts?)\b/i,
  );
  const after = text.search(
    /\b(?:after (?:any |the )?discounts?|net of discounts?|net revenue|with discounts?)\b/i,
  );
  if (before < 0 && after < 0) return undefined;
  return before > after ? "before" : "after";
}

/** The column that is meant: its name, in singular or plural. */
export function leadColumn(wishes: Wishes, layout: Layout): string | undefined {
  const { by } = wishes;
  if (by === undefined) return undefined;
  const wanted = nameKey(by).replace(/s$/, "");
  return categories(layout).find(({ name }) => nameKey(name).replace(/s$/, "") === wanted)?.name;
}
