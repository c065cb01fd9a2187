// What a call costs, by model name. A name that isn't here has no price: better none than a guess.
//
// Source: OpenAI's public price list, standard tier, short context (up to 272,000 input tokens), read through to
// 2026-11-22. Promotions and surcharges (cache writes, long context, regions) are left out: this is what budgets
// count with, not an invoice.

import type { Usage } from "../domain/step.ts";

/** US dollars per million tokens, which is millionths of a dollar per token. */
interface Price {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

const prices: Readonly<Record<string, Price>> = {
  "gpt-6-astra": { input: 10, cached: 1, output: 50 },
  "gpt-6-sol": { input: 2, cached: 0.2, output: 10 },
  "gpt-6-luna": { input: 0.1, cached: 0.01, output: 0.5 },
  "gpt-5.6": { input: 5, cached: 0.5, output: 30 },
  "gpt-5.6-sol": { input: 5, cached: 0.5, output: 30 },
  "gpt-5.6-terra": { input: 2, cached: 0.2, output: 12 },
  "gpt-5.6-luna": { input: 0.2, cached: 0.02, output: 1.2 },
  "gpt-5.5": { input: 5, cached: 0.5, output: 30 },
  "gpt-5.4": { input: 2.5, cached: 0.25, output: 15 },
  "gpt-5.4-mini": { input: 0.75, cached: 0.075, output: 4.5 },
  "gpt-5.3-codex": { input: 1.75, cached: 0.175, output: 14 },
  "gpt-5.2": { input: 1.75, cached: 0.175, output: 14 },
  "gpt-5.2-codex": { input: 1.75, cached: 0.175, output: 14 },
  "gpt-5.1": { input: 1.25, cached: 0.125, output: 10 },
  "gpt-5.1-codex": { input: 1.25, cached: 0.125, output: 10 },
  "gpt-5": { input: 1.25, cached: 0.125, output: 10 },
  "gpt-5-codex": { input: 1.25, cached: 0.125, output: 10 },
  "gpt-5-mini": { input: 0.25, cached: 0.025, output: 2 },
  "gpt-5-nano": { input: 0.05, cached: 0.005, output: 0.4 },
  "gpt-5-pro": { input: 15, cached: 15, output: 120 },
  "gpt-4.1": { input: 2, cached: 0.5, output: 8 },
  "gpt-4.1-mini": { input: 0.4, cached: 0.1, output: 1.6 },
  "gpt-4.1-nano": { input: 0.1, cached: 0.025, output: 0.4 },
  "gpt-4o": { input: 2.5, cached: 1.25, output: 10 },
  "gpt-4o-mini": { input: 0.15, cached: 0.075, output: 0.6 },
  o3: { input: 2, cached: 0.5, output: 8 },
  "o4-mini": { input: 1.1, cached: 0.275, output: 4.4 },
};

/** Millionths of a dollar, rounded up; `undefined` where the model has no known price. Dated snapshots cost as their model. */
export function costMicros(model: string, usage: Usage): number | undefined {
  const name = model.replace(/-\d{4}-\d{2}-\d{2}$/, "");
  const price = Object.hasOwn(prices, name) ? prices[name] : undefined;
  if (!price) return undefined;
  const cached = Math.min(usage.cachedTokens, usage.inputTokens);
  const micros =
    (usage.inputTokens - cached) * price.input + cached * price.cached + usage.outputTokens * price.output;
  return Math.ceil(Number(micros.toFixed(6)));
}

/** The usage with its cost, where that is known. */
export function priced(model: string, usage: Usage): Usage {
  const usdMicros = costMicros(model, usage);
  return usdMicros === undefined ? usage : { ...usage, usdMicros };
}
