// A person said stop: acts have ended, what was under way gets a result, the run settles as stopped (ux c.8).
//
//   ST1  An act that was not begun when the stop was there is never begun.
//   ST2  What was cut off is marked, so that a run that goes on from here does it again, unless it may happen only once (I5).

import type { ModelOutput } from "../domain/step.ts";
import type { Done, SettledStep } from "./act.ts";
import { type DecodedStep, withSteps } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { settledFailure, settledTool, settledWait } from "./settle-steps.ts";
import { resultsAfter } from "./transcript.ts";
import { type SeenStep, stoppedText } from "./voice/stop-report.ts";
import type { Work } from "./work.ts";

/** `done`: what the last act still brought. `begun` is false if that act, whose intent stands, was not begun. */
export async function stopped(
  work: Work,
  deps: RuntimeDeps,
  { done, begun = true }: { readonly done?: Done | undefined; readonly begun?: boolean } = {},
): Promise<Done> {
  const byName = await deps.store.read(async (tx) => {
    const by = (await tx.runs.find(work.run.id))?.stopRequestedBy;
    if (by === undefined) return work.run.subjectName;
    return (await tx.people.find(by))?.name ?? by;
  });
  const brought = (done?.results ?? []).filter(isWhole);
  const cut = work.steps
    .filter((step) => step.state === "started" && !brought.some(({ row }) => row.n === step.n))
    .map((step) => cutOff(work, step, begun && !isAtGate(step) && !isBack(step, done)));
  const results = [...brought, ...cut];
  const steps = withSteps(
    work.steps,
    results.map(({ decoded }) => decoded),
  );
  return {
    results,
    effects: [],
    ...(brought.length > 0 && done?.manifest ? { manifest: done.manifest } : {}),
    ...(done?.patch?.taint ? { patch: { taint: done.patch.taint } } : {}),
    next: {
      kind: "settle",
      state: "stopped",
      code: "stopped",
      text: stoppedText(work.run, byName, steps.map(seen), notStarted(work, steps)),
      files: [],
    },
  };
}

function isAtGate(step: DecodedStep): boolean {
  return step.kind === "tool" && step.gated === true;
}

/** Its service said that it did nothing (P4). */
function isBack({ n }: DecodedStep, done: Done | undefined): boolean {
  return done?.back?.some((call) => call.n === n) === true;
}

/** An act that came to its end before the stop reached it is done, and stays done. */
function isWhole({ decoded }: SettledStep): boolean {
  return decoded.kind === "tool" && decoded.state === "done";
}

/** A `once` act that was cut off may have happened: it stays unknown and is never repeated (I5). */
function cutOff(work: Work, step: DecodedStep, begun: boolean): SettledStep {
  switch (step.kind) {
    case "tool": {
      const once = work.tools.find((tool) => tool.name === step.tool)?.repeat === "once";
      if (once && begun) {
        const content = "Stopped while it ran: it may have happened.";
        return settledTool(step, { content, isError: true }, "unknown");
      }
      const content = begun ? "Stopped by a person." : "Stopped by a person before it began.";
      return settledTool(step, { content, isError: true, cut: begun ? "begun" : "unbegun" }, "failed");
    }
    case "wait":
      return settledWait(step.n, { answer: "stopped" });
    case "model":
    case "compaction":
      return settledFailure(step.kind, step.n, "model.aborted");
    default:
      return step satisfies never;
  }
}

function seen(step: DecodedStep): SeenStep {
  if (step.kind !== "tool") return { kind: step.kind, state: step.state };
  return { kind: "tool", state: step.state, tool: step.tool, cut: step.output?.cut };
}

/** Tools that the last answer of the model asked for and that have no step; what it made up is no name (RC3). */
function notStarted({ tools }: Work, steps: readonly DecodedStep[]): string[] {
  const index = steps.findLastIndex((step) => step.kind === "model" && step.output);
  const last = steps[index];
  const output: ModelOutput | undefined = last?.kind === "model" ? last.output : undefined;
  const begun = resultsAfter(index, steps);
  return (output?.calls ?? [])
    .filter((call) => !begun.some((step) => step.callId === call.id))
    .map(({ name }) => name)
    .filter((name) => tools.some((tool) => tool.name === name));
}
