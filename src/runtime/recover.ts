// Where a segment takes up: steps that were started and have no result (I5), and waits that were answered.
//
//   B1  `read` and `keyed` steps are done again; `askable` ones are asked about first; a `once` step becomes `unknown`.
//   B2  An answered wait becomes the result of the step that waited, once.
//   B3  A step whose tool is gone, or takes other arguments now, can neither be done again nor asked about: where it may
//       have acted it becomes `unknown`, and a person decides.

import { raised } from "../domain/budget.ts";
import type { ToolOutput } from "../domain/step.ts";
import type { Wait, WaitAnswer } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import { type Act, type Done, nothingDone, type PlannedCall, type SettledStep } from "./act.ts";
import { askWhether } from "./ask-whether.ts";
import type { DecodedStep, ToolStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { resumeSays } from "./effects.ts";
import { admit, stages } from "./pipeline.ts";
import { decidedOutput } from "./schedule-decided.ts";
import { settledTool, settledWait } from "./settle-steps.ts";
import { toolContext } from "./tool-act.ts";
import { doubtOptions } from "./voice/attention.ts";
import type { Work } from "./work.ts";

/** An act whose intents stand already, or what has to be committed before anything else. */
export type Recovered = { readonly act: Act } | { readonly done: Done };

export async function recover(work: Work, deps: RuntimeDeps): Promise<Recovered> {
  const started = work.steps.filter((step) => step.state === "started");
  const first = started[0];
  if (first?.kind === "model" || first?.kind === "compaction") {
    return { act: { kind: first.kind, n: first.n, fresh: false } };
  }
  if (first?.kind === "wait") return { done: resumedBudget(work, first, deps) };
  const tools = started.filter((step) => step.kind === "tool");
  if (tools.length > 0) return recoverTools(work, tools, deps);
  const doubtful = openDoubt(work);
  return doubtful ? resolveDoubt(work, doubtful, deps) : { done: nothingDone };
}

async function recoverTools(work: Work, steps: readonly ToolStep[], deps: RuntimeDeps): Promise<Recovered> {
  const again: PlannedCall[] = [];
  const settled: SettledStep[] = [];
  for (const step of steps) {
    const tool = work.tools.find((candidate) => candidate.name === step.tool);
    const verdict = tool ? await verdictOn(work, step, tool, deps) : unrepeatable(work, step);
    if (verdict.kind === "parked") return { done: { ...nothingDone, next: { kind: "still-waiting" } } };
    if (verdict.kind === "later") return { done: { ...nothingDone, next: { ...verdict, kind: "back-off" } } };
    if (verdict.kind === "unknown") return { done: inDoubt(step) };
    if (verdict.kind === "again") again.push(plannedAgain(work, step));
    else settled.push(settledTool(step, verdict.output));
  }
  if (again.length > 0 && settled.length === 0) return { act: { kind: "tools", calls: again } };
  const answered = steps.some((step) => waitFor(work, step.n)?.state === "resolved");
  return {
    done: {
      results: settled,
      effects: [],
      ...(answered ? { say: resumeSays(work, deps.world) } : {}),
      ...(again.length > 0 ? { next: { kind: "tools", calls: again } } : {}),
    },
  };
}

const supersededWords =
  "Not decided: the person wrote something new before deciding, so what was asked no longer stands. Read it below, take it in, and ask again if it still holds.";

type Verdict =
  | { readonly kind: "again" }
  | { readonly kind: "parked" }
  | { readonly kind: "unknown" }
  | { readonly kind: "later"; readonly wakeAt: number; readonly retries: number }
  | { readonly kind: "result"; readonly output: ToolOutput };

async function verdictOn(work: Work, step: ToolStep, tool: Tool, deps: RuntimeDeps): Promise<Verdict> {
  if (waitFor(work, step.n)?.state === "superseded") {
    return { kind: "result", output: { content: supersededWords, isError: true } };
  }
  switch (tool.repeat) {
    case "read":
      return { kind: "again" };
    case "keyed":
      return plannedAgain(work, step).admission.kind === "admitted"
        ? { kind: "again" }
        : unrepeatable(work, step);
    case "once":
      return { kind: "unknown" };
    case "waits": {
      const wait = waitFor(work, step.n);
      if (!wait) return { kind: "again" };
      if (!wait.answer) return { kind: "parked" };
      return { kind: "result", output: outputOf(wait, wait.answer) };
    }
    case "askable":
      return fateOf(work, step, deps);
    default:
      return tool.repeat satisfies never;
  }
}

async function fateOf(work: Work, step: ToolStep, deps: RuntimeDeps): Promise<Verdict> {
  const { admission } = plannedAgain(work, step);
  if (admission.kind === "refused") return unrepeatable(work, step);
  const { tool, bound: call } = admission.call;
  const context = toolContext(work, step.n, deps);
  const fate = await askWhether({ tool, call, step, context, tries: work.run.retries }, deps.world);
  if (fate.kind === "never") return { kind: "again" };
  if (fate.kind !== "happened") return fate;
  const content = "It was done before an interruption; checked now, it is there.";
  return { kind: "result", output: { content, isError: false } };
}

/** B3. What was refused when it was asked for did nothing, and is refused again. */
function unrepeatable(work: Work, step: ToolStep): Verdict {
  const { admission } = plannedAgain(work, step);
  if (step.identity !== undefined || admission.kind === "admitted") return { kind: "unknown" };
  return { kind: "result", output: admission.output };
}

function plannedAgain(work: Work, step: ToolStep): PlannedCall {
  const request = { id: step.callId, name: step.tool, arguments: step.arguments };
  return { n: step.n, fresh: false, request, admission: admit(request, work.run, work.tools, stages) };
}

function outputOf(wait: Wait, answer: WaitAnswer): ToolOutput {
  return wait.ask.kind === "schedule" ? decidedOutput(wait.id, wait.ask, answer) : answerOutput(answer);
}

export function answerOutput(answer: WaitAnswer): ToolOutput {
  const { answer: text, byName, by, via } = answer;
  return { content: JSON.stringify({ answer: text, by: byName ?? by ?? "", via }), isError: false };
}

function inDoubt(step: ToolStep): Done {
  const output = { content: "Interrupted: it is not known whether this was done.", isError: true };
  return {
    results: [settledTool(step, output, "unknown")],
    effects: [],
    next: { kind: "doubt", n: step.n, tool: step.tool },
  };
}

/** A step in doubt that nothing came after: a person's word is still due. */
function openDoubt(work: Work): ToolStep | undefined {
  const tools = work.steps.filter((step): step is ToolStep => step.kind === "tool");
  return tools.find(
    (step) =>
      step.state === "unknown" && !tools.some((later) => later.n > step.n && later.callId === step.callId),
  );
}

async function resolveDoubt(work: Work, step: ToolStep, deps: RuntimeDeps): Promise<Recovered> {
  const wait = waitFor(work, step.n);
  if (!wait) return { done: { ...nothingDone, next: { kind: "doubt", n: step.n, tool: step.tool } } };
  if (!wait.answer) return { done: { ...nothingDone, next: { kind: "still-waiting" } } };
  const [ran, , again] = doubtOptions;
  const who = wait.answer.byName ?? "A person";
  if (wait.answer.answer === again) {
    const call = { ...plannedAgain(work, step), n: work.run.cursor, fresh: true };
    const next = { kind: "tools", calls: [call] } as const;
    return { done: { ...nothingDone, say: resumeSays(work, deps.world), next } };
  }
  const happened = wait.answer.answer === ran;
  const output: ToolOutput = happened
    ? { content: `${who} checked: it was done. Its own result is lost.`, isError: false }
    : { content: `${who} checked: it was not done. (${wait.answer.answer})`, isError: true };
  await decideStep(work, settledTool(step, output, happened ? "done" : "failed"), deps);
  return { done: { ...nothingDone, say: resumeSays(work, deps.world) } };
}

async function decideStep(work: Work, settled: SettledStep, deps: RuntimeDeps): Promise<void> {
  const { run, lease } = work;
  await deps.store.write(async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
    await tx.steps.decide(run.id, settled.row, deps.world.clock.now());
  });
  work.steps = work.steps.map((step) => (step.n === settled.row.n ? settled.decoded : step));
}

function resumedBudget(work: Work, step: DecodedStep, deps: RuntimeDeps): Done {
  const wait = waitFor(work, step.n);
  // A run that goes on after its pause was stopped: whether it is still at its limit is looked at anew.
  if (!wait) return { results: [settledWait(step.n, { answer: "stopped" })], effects: [] };
  if (!wait.answer || wait.ask.kind !== "budget") return { ...nothingDone, next: { kind: "still-waiting" } };
  const { answer, by } = wait.answer;
  const { budget, spent, createdAt } = work.run;
  const ageMs = deps.world.clock.now() - createdAt;
  const patch =
    answer === "add"
      ? { budget: raised(budget, spent, ageMs, wait.ask.limit) }
      : { finishing: true as const };
  return {
    results: [settledWait(step.n, { answer, ...(by === undefined ? {} : { by }) })],
    effects: [],
    patch,
    say: resumeSays(work, deps.world),
  };
}

function waitFor(work: Work, n: number): Wait | undefined {
  return work.waits.find((wait) => wait.step === n && wait.state !== "cancelled");
}
