// A step's result in its two forms: as the loop folds it and as the row stores it.

import type { CompactionOutput, ModelOutput, StepState, ToolOutput, WaitOutput } from "../domain/step.ts";
import type { Blobs } from "../workspace/contract.ts";
import type { SettledStep } from "./act.ts";
import type { DecodedStep } from "./decoded-step.ts";
import { compact } from "./journal-text.ts";

export async function settledModel(blobs: Blobs, n: number, output: ModelOutput): Promise<SettledStep> {
  return {
    decoded: { kind: "model", n, state: "done", output },
    row: { n, state: "done", result: await compact(blobs, JSON.stringify(output)) },
  };
}

/** A model or compaction step that came to nothing; `code` says why. */
export function settledFailure(kind: "model" | "compaction", n: number, code: string): SettledStep {
  return {
    decoded: { kind, n, state: "failed", failure: code },
    row: { n, state: "failed", result: JSON.stringify({ code }) },
  };
}

export interface ToolStepId {
  readonly n: number;
  readonly tool: string;
  readonly callId: string;
  readonly arguments: string;
}

/** Tool results are small already (`shrinkResult`), so they never become blobs. */
export function settledTool(
  step: ToolStepId,
  output: ToolOutput,
  state: Exclude<StepState, "started"> = output.isError ? "failed" : "done",
): SettledStep {
  return {
    decoded: { kind: "tool", ...step, state, output },
    row: { n: step.n, state, result: JSON.stringify(output) },
  };
}

export function settledWait(n: number, output: WaitOutput): SettledStep {
  return {
    decoded: { kind: "wait", n, state: "done", output },
    row: { n, state: "done", result: JSON.stringify(output) },
  };
}

export async function settledCompaction(
  blobs: Blobs,
  n: number,
  output: CompactionOutput,
): Promise<SettledStep> {
  return {
    decoded: { kind: "compaction", n, state: "done", output },
    row: { n, state: "done", result: await compact(blobs, JSON.stringify(output)) },
  };
}

/** A step whose intent is journalled, as the loop folds it. */
export function startedTool(step: ToolStepId): DecodedStep {
  return { kind: "tool", ...step, state: "started" };
}
