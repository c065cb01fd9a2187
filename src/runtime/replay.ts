// A journal read again: what the model was given at a step, and the state that the rows add up to. Pure, with the loop's
// own folds, so that what it shows is what was.
//
//   RP1  Needs nothing but rows: not the tools, the model, the configuration or the folder of then.

import { nothingSpent, type Spent, spentAfter } from "../domain/budget.ts";
import type { Mail } from "../domain/mailbox.ts";
import { Plan } from "../domain/plan.ts";
import type { Run } from "../domain/run.ts";
import type { Usage } from "../domain/step.ts";
import type { ModelMessage } from "../model/contract.ts";
import type { DecodedStep } from "./decoded-step.ts";
import { transcript } from "./transcript.ts";
import { sinceBase } from "./work.ts";

/** All of a run: steps and mail from its first on. */
export interface Journal {
  readonly opening: string;
  readonly steps: readonly DecodedStep[];
  readonly mail: readonly Mail[];
}

/** The messages of model step `n`; instructions and tool schemas are not in the journal. */
export function givenTo(n: number, { opening, steps, mail }: Journal): ModelMessage[] {
  const earlier = steps.filter((step) => step.n < n);
  const heard = mail.filter((item) => item.consumedBy !== undefined && item.consumedBy <= n);
  const window = sinceBase(earlier, heard, contextBase(earlier));
  const asked = { kind: "model", n, state: "started" } as const;
  return transcript({ opening, steps: [...window.steps, asked], mail: window.mail });
}

export interface JournalFold {
  readonly cursor: number;
  readonly contextBase: number;
  readonly spent: Spent;
  readonly plan?: Plan;
}

export function foldJournal(steps: readonly DecodedStep[]): JournalFold {
  const plan = planOf(steps);
  return {
    cursor: (steps.at(-1)?.n ?? -1) + 1,
    contextBase: contextBase(steps),
    spent: steps
      .filter((step) => step.state !== "started")
      .reduce((sum, step) => spentAfter(sum, 1, usageOf(step)), nothingSpent),
    ...(plan ? { plan } : {}),
  };
}

export interface Difference {
  readonly what: string;
  readonly rows: unknown;
  readonly run: unknown;
}

/** Where the run's row says something else than its journal. */
export function differences(run: Run, fold: JournalFold): Difference[] {
  const { cursor, contextBase: base, spent, plan } = run;
  const pairs: readonly Difference[] = [
    { what: "cursor", rows: fold.cursor, run: cursor },
    { what: "context base", rows: fold.contextBase, run: base },
    { what: "plan", rows: fold.plan, run: plan },
    { what: "steps spent", rows: stepsCounted(run, fold), run: spent.steps },
    { what: "input tokens", rows: fold.spent.inputTokens, run: spent.inputTokens },
    { what: "output tokens", rows: fold.spent.outputTokens, run: spent.outputTokens },
    { what: "cost in USD micros", rows: fold.spent.usdMicros, run: spent.usdMicros },
  ];
  return pairs.filter(({ rows, run: row }) => JSON.stringify(rows) !== JSON.stringify(row));
}

/** A run that went on from another did some of its steps a second time, in the place of the first. */
function stepsCounted({ continues, spent }: Run, fold: JournalFold): number {
  return continues === undefined ? fold.spent.steps : Math.max(fold.spent.steps, spent.steps);
}

function contextBase(steps: readonly DecodedStep[]): number {
  return steps.findLast((step) => step.kind === "compaction" && step.output)?.n ?? 0;
}

function usageOf(step: DecodedStep): Usage | undefined {
  return step.kind === "model" || step.kind === "compaction" ? step.output?.usage : undefined;
}

/** By name and arguments alone (RP1). */
function planOf(steps: readonly DecodedStep[]): Plan | undefined {
  const last = steps.findLast(
    (step) => step.kind === "tool" && step.tool === "set_plan" && step.state === "done",
  );
  if (last?.kind !== "tool") return undefined;
  try {
    return Plan.safeParse(JSON.parse(last.arguments)).data;
  } catch {
    return undefined; // not JSON: the tool refused it, too
  }
}
