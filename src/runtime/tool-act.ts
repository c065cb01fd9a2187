// Performs tool calls whose intents are journalled: one act of its own, or a batch of reads side by side.
//
//   A1  Nothing in here runs before the intents are committed (I4).
//   A2  A result above 8 KB is a file with a preview; the context holds the preview.

import { nextWorkingMorning } from "../domain/quiet-hours.ts";
import type { ToolOutput } from "../domain/step.ts";
import { isTainted, type TaintMarks } from "../domain/taint.ts";
import { scrubAll } from "../telemetry/scrub-all.ts";
import type { ToolContext, ToolOutcome } from "../tools/contract.ts";
import type { Done, PlannedCall, ReadyCall, SettledStep } from "./act.ts";
import { attachFile } from "./attachments.ts";
import type { RuntimeDeps } from "./deps.ts";
import type { StepEffects } from "./effects.ts";
import { limits } from "./limits.ts";
import type { Admission } from "./pipeline.ts";
import { memoryScope } from "./memory-scope.ts";
import { resultFile } from "./own-files.ts";
import { progressOf } from "./progress.ts";
import { repeatsOf, repeatWarning } from "./repeats.ts";
import { maySayNothing } from "./scheduled.ts";
import { seeTool } from "./seeing.ts";
import { seenAfter, taintPatch } from "./seen-marks.ts";
import { settledTool, type ToolStepId } from "./settle-steps.ts";
import { execute } from "./stages/execute.ts";
import { takeVersion } from "./versions.ts";
import { withoutSecretsIn } from "./without-secrets.ts";
import type { Work } from "./work.ts";

export async function performTools(
  work: Work,
  calls: readonly ReadyCall[],
  deps: RuntimeDeps,
): Promise<Done> {
  work.judged.clear();
  for (const { n, admission } of calls) work.judged.set(n, admission);
  await deps.world.failpoint("tool.before-act");
  const outcomes = await Promise.all(
    calls.map(async (call) => ({ call, outcome: await outcomeOf(work, call, deps) })),
  );
  await deps.world.failpoint("tool.after-act");
  const { taint, sightings } = await seenAfter(work, outcomes, deps);
  const saw = { patch: taintPatch(work, taint), sightings };
  const results: SettledStep[] = [];
  const effects: StepEffects[] = [];
  const back = outcomes.flatMap(({ call, outcome }) => (outcome.kind === "lacks_rights" ? [call] : []));
  let written = false;
  for (const { call, outcome } of outcomes) {
    const ended = endOf(work, call, outcome, deps);
    if (ended)
      return {
        results,
        effects,
        back,
        ...saw,
        ...ended,
        ...(await versionOf(work, written, { call, taint }, deps)),
      };
    if (outcome.kind !== "result") continue;
    const output = await shrinkResult(work, call, outcome);
    written ||= output.file !== undefined || outcome.wrote === true || writes(call);
    results.push(settledTool(stepId(call), output));
    effects.push({ n: call.n, effects: outcome.effects ?? [] });
  }
  return {
    results,
    effects,
    back,
    ...saw,
    ...(await versionOf(work, written, { call: calls[0], taint }, deps)),
  };
}

/** The calls that end or park the run come back as the next thing to do; their step is settled with that. */
function endOf(
  work: Work,
  call: PlannedCall,
  outcome: ToolOutcome,
  deps: RuntimeDeps,
): (Pick<Done, "next"> & { readonly results?: readonly SettledStep[] }) | undefined {
  switch (outcome.kind) {
    case "ask": {
      const dueAt = dueAtOf(work, outcome, deps);
      return {
        next: { kind: "ask", n: call.n, ask: outcome.ask, ...(dueAt === undefined ? {} : { dueAt }) },
      };
    }
    case "doubtful":
      return {
        results: [settledTool(stepId(call), { content: outcome.content, isError: true }, "unknown")],
        next: { kind: "doubt", n: call.n, tool: call.request.name },
      };
    case "finish":
      return {
        results: [settledTool(stepId(call), { content: "Finished.", isError: false })],
        next: {
          kind: "settle",
          state: "done",
          ...(outcome.nothingNew && maySayNothing(work) ? quietly : { code: "done" }),
          text: outcome.summary,
          files: outcome.files,
        },
      };
    case "result":
    case "lacks_rights":
      return undefined;
    default:
      return outcome satisfies never;
  }
}

const quietly = { code: "nothing_new", quiet: true } as const;
/** Where the settings name none. */
const usualApprovalMs = 30 * 60_000;

/** After the reminder of a question (ux c.3), which comes in the morning. */
const answeredByNoonMs = 4 * 3_600_000;

/** When the ask is decided by itself: a question by its default, an approval by nobody having given it. */
function dueAtOf(
  { timeZone }: Work,
  { ask, dueInMinutes }: Extract<ToolOutcome, { kind: "ask" }>,
  { agents, world }: RuntimeDeps,
): number | undefined {
  const now = world.clock.now();
  if (ask.kind === "schedule") return now + (agents.approvalMs ?? usualApprovalMs);
  if (dueInMinutes !== undefined) return now + Math.round(dueInMinutes * 60_000);
  if (ask.kind !== "question" || ask.default === undefined) return undefined;
  return nextWorkingMorning(agents.quietHours, now, timeZone) + answeredByNoonMs;
}

async function outcomeOf(work: Work, call: ReadyCall, deps: RuntimeDeps): Promise<ToolOutcome> {
  const came = seeTool(work, call, deps);
  const outcome =
    call.admission.kind === "refused"
      ? ({ kind: "result", ...call.admission.output } as const)
      : await execute(call.admission.call, contextOf(work, call.n, call.admission, deps), deps.world);
  came(outcome);
  return withoutSecrets(outcome, deps);
}

/** RED-2: before the model, the journal, a file or a message has it. */
function withoutSecrets(outcome: ToolOutcome, { world: { redactor, log } }: RuntimeDeps): ToolOutcome {
  if (!redactor) return outcome;
  const clean = scrubAll(outcome, redactor.scrub);
  if (clean !== outcome) log.warn("A secret was taken out of what a tool returned");
  return clean;
}

function writes(call: PlannedCall): boolean {
  if (call.admission.kind !== "admitted") return false;
  const { effect } = call.admission.call.tool;
  return effect !== "read" && effect !== "own-state" && effect !== "chat";
}

async function versionOf(
  work: Work,
  written: boolean,
  { call, taint }: { readonly call: PlannedCall | undefined; readonly taint: TaintMarks },
  deps: RuntimeDeps,
): Promise<Pick<Done, "manifest">> {
  if (!written || !call) return {};
  const manifest = await takeVersion(work, call.n, deps, () => taint);
  return manifest ? { manifest } : {};
}

export function stepId(call: PlannedCall): ToolStepId {
  return {
    n: call.n,
    tool: call.request.name,
    callId: call.request.id,
    arguments: call.admission.kind === "refused" ? call.request.arguments : call.admission.call.canonical,
  };
}

async function shrinkResult(
  work: Work,
  call: PlannedCall,
  outcome: Extract<ToolOutcome, { kind: "result" }>,
): Promise<ToolOutput> {
  const warning = repeatsOf(work.steps, call) >= limits.repeatsWarned ? repeatWarning : "";
  const isError = outcome.isError ?? false;
  const notes = editedNote(call) + warning;
  const bytes = Buffer.byteLength(outcome.content);
  if (bytes <= limits.resultBytes) return { content: outcome.content + notes, isError };
  const file = resultFile(work.run, call.n);
  await work.workspace.write(file, outcome.content);
  const preview = outcome.content.slice(0, limits.previewCharacters).toWellFormed();
  return {
    content: `${preview}\n… (${bytes} bytes in all; the whole result is in ${file}, read it in parts)${notes}`,
    isError,
    file,
  };
}

/** What was done is not what the model asked for: it has to know. */
function editedNote({ admission }: PlannedCall): string {
  const approval = admission.kind === "admitted" ? admission.approval : undefined;
  if (!approval?.facts.edited) return "";
  return `\n\n(${approval.facts.edited.byName} changed the arguments before approving. Done with: ${approval.arguments})`;
}

// oxlint-disable-next-line max-params -- whose call, which one, by whose rights, and with what
export function contextOf(
  work: Work,
  n: number,
  admission: Extract<Admission, { kind: "admitted" }>,
  deps: RuntimeDeps,
): ToolContext {
  const { grant } = admission.rights;
  return {
    ...toolContext(work, n, deps),
    ...(grant ? { grant } : {}),
    answers: answersIn(work),
    progress: progressOf(work, admission, deps),
  };
}

/** To questions of servers; the last word on each counts. */
function answersIn({ waits }: Work): ReadonlyMap<string, string> {
  return new Map(
    waits
      .toSorted((one, other) => (one.resolvedAt ?? 0) - (other.resolvedAt ?? 0))
      .flatMap(({ ask, answer }): [string, string][] =>
        ask.kind === "question" && ask.of && answer ? [[ask.of.key, answer.answer]] : [],
      ),
  );
}

/** The rule of two, for commands: what they send to a listed host nobody sees before (TNT-3). */
function closedFor({ taint }: Work["run"]): string | undefined {
  if (!isTainted(taint) || taint.private.length === 0) return undefined;
  return "this work has read words of strangers and has seen private matters. In a thread that has not, it can be.";
}

export function toolContext(work: Work, n: number, deps: RuntimeDeps): ToolContext {
  const scope = memoryScope(work.run, work.conversation);
  return {
    key: `${work.run.id}:${n}`,
    run: { id: work.run.id, tenant: work.run.tenant },
    workspace: withoutSecretsIn(work.workspace, deps.world.redactor),
    signal: work.signal,
    now: () => deps.world.clock.now(),
    timeZone: work.timeZone,
    fetch: deps.fetch,
    sandbox: deps.sandbox?.forRun({
      run: work.run.id,
      workspace: work.workspace,
      signal: work.signal,
      closed: closedFor(work.run),
    }),
    recall: (query) =>
      deps.store.read((tx) => tx.memories.search(work.run.tenant, work.run.agent, scope, query, 20)),
    attach: (path, title) => attachFile(work.workspace, deps.workspaces.blobs, path, title),
  };
}
