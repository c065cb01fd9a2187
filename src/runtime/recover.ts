// Where a segment takes up: steps that were started and have no result (I5), and waits that were answered.
//
//   B1  `read` and `keyed` steps are done again; `askable` ones are asked about first; a `once` step becomes `unknown`.
//   B2  An answered wait becomes the result of the step that waited, once.
//   B3  A step whose tool is gone, takes other arguments now, or may not be done any more, can neither be done again nor
//       asked about: where it may have acted it becomes `unknown`, and a person decides.
//   B5  A server that asked something in the middle of a call gets the answer when the call is made again: at once where it may be
//       repeated, else by the model's next call, which is judged like any other (EL1).
//   B4  A step that waits at a gate has touched nothing: it is judged again, as the calls without a step are (decide.ts).

import { moved } from "../approvals/decide-approval.ts";
import { raised } from "../domain/budget.ts";
import type { Run } from "../domain/run.ts";
import type { ToolOutput } from "../domain/step.ts";
import type { Wait, WaitAnswer, WaitAsk } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import {
  type Act,
  type Done,
  isGated,
  isReady,
  type Next,
  nothingDone,
  type PlannedCall,
  type ReadyCall,
  type SettledStep,
} from "./act.ts";
import { askWhether } from "./ask-whether.ts";
import type { DecodedStep, ToolStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { resumeSays } from "./effects.ts";
import { judgeAgain } from "./judge.ts";
import { knownWrite } from "./known-commit.ts";
import { stepEvent } from "./recording.ts";
import { decidedOutput } from "./schedule-decided.ts";
import { settledTool, settledWait } from "./settle-steps.ts";
import { toolContext } from "./tool-act.ts";
import { doubtOptions } from "./voice/attention.ts";
import { withoutAccount } from "./voice/grant-card.ts";
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
  const begun = tools.filter(({ gated }) => gated !== true);
  if (begun.length > 0) return recoverTools(work, begun, deps);
  if (tools.length > 0) return { done: atTheGate(work, tools, deps) };
  const doubtful = openDoubt(work);
  return doubtful ? resolveDoubt(work, doubtful, deps) : { done: nothingDone };
}

/** B4. What it waits for is not there yet, or it goes on. */
function atTheGate(work: Work, steps: readonly ToolStep[], deps: RuntimeDeps): Done {
  const waits = steps.flatMap(({ n }) => waitFor(work, n, "gate") ?? []); // one for all that stand at a gate together
  if (waits.some(({ state }) => state === "open")) return { ...nothingDone, next: { kind: "still-waiting" } };
  const output = closedGate(waits[0], work.run);
  const results = output ? steps.map((step) => settledTool(step, output)) : [];
  return { ...nothingDone, results, say: resumeSays(work, deps.world) };
}

async function recoverTools(work: Work, steps: readonly ToolStep[], deps: RuntimeDeps): Promise<Recovered> {
  const again: ReadyCall[] = [];
  const settled: SettledStep[] = [];
  for (const step of steps) {
    const tool = work.tools.find((candidate) => candidate.name === step.tool);
    const verdict = tool
      ? await verdictOn(work, step, tool, deps)
      : unrepeatable(step, await judgeAgain(work, step, deps));
    if (verdict.kind === "parked") return { done: { ...nothingDone, next: { kind: "still-waiting" } } };
    if (verdict.kind === "later") return { done: { ...nothingDone, next: { ...verdict, kind: "back-off" } } };
    if (verdict.kind === "unknown") return { done: inDoubt(step) };
    if (verdict.kind === "again") again.push(verdict.call);
    else settled.push(settledTool(step, verdict.output));
  }
  if (again.length > 0 && settled.length === 0) return { act: { kind: "tools", calls: again } };
  const answered = steps.some((step) => waitFor(work, step.n, "result")?.state === "resolved");
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

/** What the model is told where its person did not open the gate; undefined where the stages are to judge. */
function closedGate(wait: Wait | undefined, { subjectName }: Run): ToolOutput | undefined {
  if (wait?.state === "superseded") return { content: supersededWords, isError: true };
  if (wait?.ask.kind !== "grant" || !wait.answer) return undefined;
  const who = wait.answer.byName ?? wait.answer.by ?? subjectName;
  const content = withoutAccount(wait.ask, who, wait.answer.answer);
  return content === undefined ? undefined : { content, isError: true };
}

type Verdict =
  | { readonly kind: "again"; readonly call: ReadyCall }
  | { readonly kind: "parked" }
  | { readonly kind: "unknown" }
  | { readonly kind: "later"; readonly wakeAt: number; readonly retries: number }
  | { readonly kind: "result"; readonly output: ToolOutput };

async function verdictOn(work: Work, step: ToolStep, tool: Tool, deps: RuntimeDeps): Promise<Verdict> {
  if (waitFor(work, step.n, "result")?.state === "superseded") {
    return { kind: "result", output: { content: supersededWords, isError: true } };
  }
  const asked = tool.repeat === "waits" ? undefined : askedInCall(work, step, tool);
  if (asked) return asked;
  const call = await judgeAgain(work, step, deps);
  switch (tool.repeat) {
    case "read":
      return againIfReady(call);
    case "keyed":
      return isReady(call) && call.admission.kind === "admitted"
        ? { kind: "again", call }
        : unrepeatable(step, call);
    case "once":
      return { kind: "unknown" };
    case "waits":
      return answerOf(waitFor(work, step.n, "result"), call);
    case "askable":
      return fateOf(work, { step, call }, deps);
    default:
      return tool.repeat satisfies never;
  }
}

function answerOf(wait: Wait | undefined, call: PlannedCall): Verdict {
  if (!wait) return againIfReady(call);
  if (!wait.answer) return { kind: "parked" };
  return { kind: "result", output: outputOf(wait, wait.answer) };
}

/** Of what did nothing. */
function againIfReady(call: PlannedCall): Verdict {
  return isReady(call) ? { kind: "again", call } : { kind: "result", output: askAgain };
}

async function fateOf(
  work: Work,
  { step, call }: { readonly step: ToolStep; readonly call: PlannedCall },
  deps: RuntimeDeps,
): Promise<Verdict> {
  const { admission } = call;
  if (admission.kind === "refused") return unrepeatable(step, call);
  const { tool, bound } = admission.call;
  const context = toolContext(work, step.n, deps);
  const fate = await askWhether({ tool, call: bound, step, context, tries: work.run.retries }, deps.world);
  if (fate.kind === "never") return againIfReady(call);
  if (fate.kind !== "happened") return fate;
  const content = "It was done before an interruption; checked now, it is there.";
  return { kind: "result", output: { content, isError: false } };
}

/** B3. What was refused when it was asked for did nothing, and is refused again. */
function unrepeatable(step: ToolStep, { admission }: PlannedCall): Verdict {
  if (step.identity !== undefined || admission.kind !== "refused") return { kind: "unknown" };
  return { kind: "result", output: admission.output };
}

/** What it was asked to do did not happen, and may not as things stand now. */
const askAgain: ToolOutput = {
  content: "Interrupted before it was done, and not done now. Call it again if it is still needed.",
  isError: true,
};

function outputOf(wait: Wait, answer: WaitAnswer): ToolOutput {
  return wait.ask.kind === "schedule" ? decidedOutput(wait.id, wait.ask, answer) : answerOutput(answer);
}

/** B5. Undefined where nothing was asked, and where the call may be made again now. */
function askedInCall(work: Work, step: ToolStep, { repeat }: Tool): Verdict | undefined {
  const wait = waitFor(work, step.n, "result");
  if (!wait) return undefined;
  if (!wait.answer) return { kind: "parked" };
  const mayRepeat = repeat === "read" || repeat === "keyed";
  return mayRepeat ? undefined : { kind: "result", output: toldLater(wait, wait.answer) };
}

/** A server asked it in a call that was broken off for it: it gets the answer in the next one. */
function toldLater({ ask }: Wait, { byName, by = "The person" }: WaitAnswer): ToolOutput {
  const name = ask.kind === "question" ? ask.of?.tool : undefined;
  const content = `Not done: the server asked something first, and ${byName ?? by} has answered it. Call ${name ?? "it"} again with the same arguments: the server gets the answer then.`;
  return { content, isError: true };
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
  const wait = waitFor(work, step.n, "doubt");
  if (!wait) return { done: { ...nothingDone, next: { kind: "doubt", n: step.n, tool: step.tool } } };
  if (!wait.answer) return { done: { ...nothingDone, next: { kind: "still-waiting" } } };
  const [ran, , again] = doubtOptions;
  const who = wait.answer.byName ?? "A person";
  if (wait.answer.answer === again) {
    const fresh = { ...step, n: work.run.cursor };
    const call = { ...(await judgeAgain(work, fresh, deps)), fresh: true };
    const next = nextWith(call);
    return { done: { ...nothingDone, say: resumeSays(work, deps.world), next } };
  }
  const happened = wait.answer.answer === ran;
  const output: ToolOutput = happened
    ? { content: `${who} checked: it was done. Its own result is lost.`, isError: false }
    : { content: `${who} checked: it was not done. (${wait.answer.answer})`, isError: true };
  await decideStep(
    work,
    settledTool(step, output, happened ? "done" : "failed"),
    wait.answer.by ?? "system",
    deps,
  );
  return { done: { ...nothingDone, say: resumeSays(work, deps.world) } };
}

function nextWith(call: PlannedCall): Next {
  if (isReady(call)) return { kind: "tools", calls: [call] };
  return { kind: "gate", calls: [call].filter(isGated) };
}

/** By a person's word. */
// oxlint-disable-next-line max-params -- the run, what was said, by whom, and with what
async function decideStep(work: Work, settled: SettledStep, by: string, deps: RuntimeDeps): Promise<void> {
  const { run, lease } = work;
  await knownWrite(deps, lease, async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
    if (!(await tx.steps.decide(run.id, settled.row, deps.world.clock.now()))) return;
    if (settled.decoded.kind === "tool")
      await tx.audit.append({ ...stepEvent(work, settled.decoded, deps.world), actor: by });
    const own = work.approvals.find(({ step, state }) => step === settled.row.n && state === "unknown");
    if (own) await tx.approvals.change(own, moved(own, settled.row.state, deps.stages.seal));
  });
  work.steps = work.steps.map((step) => (step.n === settled.row.n ? settled.decoded : step));
}

function resumedBudget(work: Work, step: DecodedStep, deps: RuntimeDeps): Done {
  const wait = waitFor(work, step.n, "budget");
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

const purposes = {
  question: "result",
  schedule: "result",
  budget: "budget",
  doubt: "doubt",
  grant: "gate",
  approval: "gate",
} as const satisfies Record<WaitAsk["kind"], string>;

/** The last one of the step for this purpose: its result, its gate, its doubt. */
function waitFor(work: Work, n: number, purpose: (typeof purposes)[WaitAsk["kind"]]): Wait | undefined {
  return work.waits.find(
    (wait) => wait.step === n && wait.state !== "cancelled" && purposes[wait.ask.kind] === purpose,
  );
}
