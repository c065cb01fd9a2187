// Where a segment takes up: steps that were started and have no result (I5), and waits that were answered.
//
//   B1  `read` and `keyed` steps are done again; `askable` ones are asked about first; a `once` step becomes `unknown`.
//   B2  An answered wait becomes the result of the step that waited, once.

import { raised } from "../domain/budget.ts";
import type { ToolOutput } from "../domain/step.ts";
import type { Wait, WaitAnswer } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import { type Act, type Done, nothingDone, type PlannedCall, type SettledStep } from "./act.ts";
import type { DecodedStep, ToolStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { resumeSays } from "./effects.ts";
import { admit, stages } from "./pipeline.ts";
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
    const verdict = tool ? await verdictOn(work, step, tool, deps) : gone(step);
    if (verdict.kind === "parked") return { done: { ...nothingDone, next: { kind: "still-waiting" } } };
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

type Verdict =
  | { readonly kind: "again" }
  | { readonly kind: "parked" }
  | { readonly kind: "unknown" }
  | { readonly kind: "result"; readonly output: ToolOutput };

async function verdictOn(work: Work, step: ToolStep, tool: Tool, deps: RuntimeDeps): Promise<Verdict> {
  switch (tool.repeat) {
    case "read":
    case "keyed":
      return { kind: "again" };
    case "once":
      return { kind: "unknown" };
    case "waits": {
      const wait = waitFor(work, step.n);
      if (!wait) return { kind: "again" };
      if (!wait.answer) return { kind: "parked" };
      return { kind: "result", output: answerOutput(wait.answer) };
    }
    case "askable":
      return askWhether(work, step, deps);
    default:
      return tool.repeat satisfies never;
  }
}

async function askWhether(work: Work, step: ToolStep, deps: RuntimeDeps): Promise<Verdict> {
  const { admission } = plannedAgain(work, step);
  if (admission.kind === "refused") return { kind: "result", output: admission.output };
  const happened = await admission.call.bound.happened(toolContext(work, deps));
  if (happened === undefined) return { kind: "unknown" };
  if (!happened) return { kind: "again" };
  const content = "It was done before an interruption; checked now, it is there.";
  return { kind: "result", output: { content, isError: false } };
}

function gone(step: ToolStep): Verdict {
  const content = `${step.tool} is not among your tools any more; whether it was done before the interruption is not known.`;
  return { kind: "result", output: { content, isError: true } };
}

function plannedAgain(work: Work, step: ToolStep): PlannedCall {
  const request = { id: step.callId, name: step.tool, arguments: step.arguments };
  return { n: step.n, fresh: false, request, admission: admit(request, work.run, work.tools, stages) };
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
  if (!wait?.answer || wait.ask.kind !== "budget") return { ...nothingDone, next: { kind: "still-waiting" } };
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
