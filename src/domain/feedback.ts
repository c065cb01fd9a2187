// What somebody thinks of a result.

import type { PersonKey, RunId } from "./ids.ts";

export const verdicts = ["up", "down"] as const;
export type Verdict = (typeof verdicts)[number];

export interface Feedback {
  readonly run: RunId;
  readonly person: PersonKey;
  readonly verdict: Verdict;
  /** What was wrong or missing, in the person's words. */
  readonly text?: string;
  readonly at: number;
}
