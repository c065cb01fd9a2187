// What a run may spend, and what it has spent. Money in millionths of a US dollar, so that sums stay exact.

import { z } from "zod";

export const Budget = z.object({
  steps: z.number().int().positive(),
  tokens: z.number().int().positive().optional(),
  usdMicros: z.number().int().nonnegative().optional(),
  /** Wall time from the run's creation, waits included. */
  hours: z.number().positive().optional(),
});
export type Budget = z.infer<typeof Budget>;

export const Spent = z.object({
  steps: z.number().int().nonnegative(),
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  /** Only calls whose price is known count. */
  usdMicros: z.number().int().nonnegative(),
});
export type Spent = z.infer<typeof Spent>;

export const nothingSpent: Spent = { steps: 0, inputTokens: 0, outputTokens: 0, usdMicros: 0 };

export const budgetLimits = ["steps", "tokens", "usd", "hours"] as const;
export type BudgetLimit = (typeof budgetLimits)[number];

/** The first limit that is reached, if any. */
export function reachedLimit(budget: Budget, spent: Spent, ageMs: number): BudgetLimit | undefined {
  if (spent.steps >= budget.steps) return "steps";
  if (budget.tokens !== undefined && spent.inputTokens + spent.outputTokens >= budget.tokens) return "tokens";
  if (budget.usdMicros !== undefined && spent.usdMicros >= budget.usdMicros) return "usd";
  if (budget.hours !== undefined && ageMs >= budget.hours * 3_600_000) return "hours";
  return undefined;
}

/** The budget with `limit` raised by half, at least to a little over what is spent: what "Add" on the card grants. */
export function raised(budget: Budget, spent: Spent, ageMs: number, limit: BudgetLimit): Budget {
  const more = (cap: number, used: number): number => Math.ceil(Math.max(cap, used) * 1.5);
  switch (limit) {
    case "steps":
      return { ...budget, steps: more(budget.steps, spent.steps) };
    case "tokens":
      return { ...budget, tokens: more(budget.tokens ?? 0, spent.inputTokens + spent.outputTokens) };
    case "usd":
      return { ...budget, usdMicros: more(budget.usdMicros ?? 0, spent.usdMicros) };
    case "hours":
      return { ...budget, hours: more(budget.hours ?? 0, ageMs / 3_600_000) };
    default:
      return limit satisfies never;
  }
}

/** `spent` after `steps` more steps, one of which may have been a model call. */
export function spentAfter(
  spent: Spent,
  steps: number,
  usage:
    | { readonly inputTokens: number; readonly outputTokens: number; readonly usdMicros?: number | undefined }
    | undefined,
): Spent {
  return {
    steps: spent.steps + steps,
    inputTokens: spent.inputTokens + (usage?.inputTokens ?? 0),
    outputTokens: spent.outputTokens + (usage?.outputTokens ?? 0),
    usdMicros: spent.usdMicros + (usage?.usdMicros ?? 0),
  };
}

/** `0.42 USD`, `0.42 of 5.00 USD`. What is less than a cent is not told as nothing. */
export function usdInWords(usd: number, cap?: number): string {
  const spent = usd > 0 && usd < 0.005 ? "under 0.01" : usd.toFixed(2);
  return `${spent}${cap === undefined ? "" : ` of ${cap.toFixed(2)}`} USD`;
}
