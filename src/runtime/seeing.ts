// What can be seen of a run from outside: the ids on its log lines, its spans, its measures.
//
// Owns: which ids, names and numbers go there. Does not own: where they go (telemetry).
//
//   SE1  Every log line of a segment carries run, conversation, person, trace, segment and epoch.
//   SE2  Nothing that people, models or files said goes there; a tool that the model made up has no name there (TR2).

import { isAppError } from "../base/errors.ts";
import type { LogFields } from "../base/logger.ts";
import type { Lease, Run, TerminalRunState } from "../domain/run.ts";
import { traceIdOf } from "../domain/trace.ts";
import type { Wait } from "../domain/wait.ts";
import type { OpenSpan, SpanKind, Traced } from "../telemetry/tracing.ts";
import type { ToolOutcome } from "../tools/contract.ts";
import type { Done, PlannedCall } from "./act.ts";
import type { Segment, SegmentEnd } from "./contract.ts";
import type { RuntimeDeps, World } from "./deps.ts";
import type { Work } from "./work.ts";

/** The ids that a log line about a run carries. */
export function logIds(run: Pick<Run, "id" | "conversation" | "subject">): LogFields {
  return { run: run.id, conversation: run.conversation, person: run.subject, trace: traceIdOf(run.id) };
}

/** The ids on the lines of a segment (SE1). */
export function segmentIds({ run, lease }: Pick<Segment, "run" | "lease">): LogFields {
  return { ...logIds(run), ...placeIn(run, lease) };
}

/** `deps` for one segment (SE1). */
export function seenAs<D extends { readonly world: World }>(
  deps: D,
  { run, lease }: { readonly run: Run; readonly lease: Lease },
): D {
  const log = deps.world.log.child(segmentIds({ run, lease }));
  return { ...deps, world: { ...deps.world, log } };
}

/** The bell's number: the claim has raised the run's to the next one's. */
function placeIn(run: Run, lease: Lease): { readonly segment: number; readonly epoch: number } {
  return { segment: run.segment - 1, epoch: lease.epoch };
}

function traced(kind: SpanKind, run: Run, lease: Lease): Traced {
  const { id, conversation, agent } = run;
  return { kind, run: id, conversation, agent, ...placeIn(run, lease) };
}

export function tracedStep(kind: SpanKind, { run, lease }: Work, step: number): Traced {
  return { ...traced(kind, run, lease), step };
}

/** Spans and counts the segment, whichever way it ends. */
export async function seeSegment(
  { run, lease }: Segment,
  { world }: RuntimeDeps,
  act: () => Promise<SegmentEnd>,
): Promise<SegmentEnd> {
  const startedAt = world.clock.now();
  const span = world.tracer?.begin(traced("segment", run, lease));
  try {
    const end = await act();
    world.meter?.segment(end, (world.clock.now() - startedAt) / 1000);
    span?.end({ outcome: end });
    return end;
  } catch (error) {
    span?.end({ error: codeOf(error) });
    throw error;
  }
}

export async function seeCompaction(
  work: Work,
  n: number,
  { world }: RuntimeDeps,
  act: () => Promise<Done>,
): Promise<Done> {
  const span = world.tracer?.begin(tracedStep("compaction", work, n));
  try {
    const done = await act();
    span?.end();
    return done;
  } catch (error) {
    span?.end({ error: codeOf(error) });
    throw error;
  }
}

/** Begins to watch one tool call; the result is told what came of it. */
export function seeTool(work: Work, call: PlannedCall, { world }: RuntimeDeps): (came: ToolOutcome) => void {
  const { meter, tracer, clock } = world;
  const startedAt = clock.now();
  const span: OpenSpan | undefined = tracer?.begin({
    ...tracedStep("tool", work, call.n),
    name: toolName(work, call.request.name),
    callId: call.request.id,
  });
  return (came) => {
    const refused = call.admission.kind === "refused";
    const failed = came.kind === "result" && came.isError === true;
    meter?.tool({
      effect: call.admission.kind === "refused" ? "refused" : call.admission.call.tool.effect,
      state: failed ? "failed" : "done",
      seconds: (clock.now() - startedAt) / 1000,
    });
    span?.end(failed ? { error: refused ? "refused" : "tool_failed" } : { outcome: came.kind });
  };
}

/** SE2. */
function toolName({ tools }: Work, name: string): string {
  return tools.some((tool) => tool.name === name) ? name : "unknown";
}

/** Counts and logs the steps that an act settled. */
export function stepsEnded(work: Work, done: Done, startedAt: number, { world }: RuntimeDeps): void {
  const ms = world.clock.now() - startedAt;
  for (const { decoded, row } of done.results) {
    world.meter?.step({ kind: decoded.kind, state: row.state, seconds: ms / 1000 });
    const tool = decoded.kind === "tool" ? { tool: toolName(work, decoded.tool) } : {};
    world.log.debug("A step ended", { step: row.n, kind: decoded.kind, ...tool, state: row.state, ms });
  }
  if (done.usage) world.meter?.usage(done.usage);
}

/** Waits that were answered and that no segment has taken up yet. */
export function answeredWaits({ steps, waits }: Work): readonly Wait[] {
  const open = (n: number): boolean =>
    steps.some((step) => step.n === n && (step.state === "started" || step.state === "unknown"));
  return waits.filter((wait) => wait.state === "resolved" && open(wait.step));
}

export function waitsEnded(work: Work, before: readonly Wait[], { world }: RuntimeDeps): void {
  const left = new Set(answeredWaits(work));
  for (const wait of before) {
    const { answer, createdAt, resolvedAt, kind, step } = wait;
    if (left.has(wait) || !answer || resolvedAt === undefined) continue;
    world.meter?.waited({ kind, via: answer.via, seconds: (resolvedAt - createdAt) / 1000 });
    const times = { startedAt: createdAt, endedAt: resolvedAt };
    world.tracer?.record({ ...tracedStep("wait", work, step), name: kind }, times, { outcome: answer.via });
  }
}

export interface EndedRun {
  readonly state: TerminalRunState;
  readonly code: string;
  /** How many approvals it had asked for (APR-9). */
  readonly asked: number;
}

/** Call it after the commit that ended the run, with a log that has its ids. */
export function runEnded(world: World, run: Run, ended: EndedRun): void {
  const { state, code, asked } = ended;
  const endedAt = world.clock.now();
  world.meter?.run(state);
  world.meter?.approvalsOfRun(asked);
  world.tracer?.record(
    { kind: "run", run: run.id, conversation: run.conversation, agent: run.agent },
    { startedAt: run.createdAt, endedAt },
    { outcome: state, ...(state === "failed" ? { error: code } : {}) },
  );
  world.log.info("A run ended", { state, code, ms: endedAt - run.createdAt, steps: run.cursor });
}

/** For error.type and log lines: a code of ours, or that it is a bug. */
export function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : "run.bug";
}
