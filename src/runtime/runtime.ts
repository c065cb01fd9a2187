// The durable loop: one run, from a message to a settled outcome, a bounded slice at a time.
//
// Owns the order of steps. Does not own what a step does (tools/, model/), whether it may happen (stages/), or when we
// are called (workers/). Invariants R1 to R3 are in contract.ts.

import { isAppError } from "../base/errors.ts";
import { LeaseLost, StoreUnavailable } from "../store/errors.ts";
import { type Act, type Done, type End, isAct, type Next, nothingDone } from "./act.ts";
import { performCompaction } from "./compaction-act.ts";
import type { Runtime, Segment, SegmentControl, SegmentEnd } from "./contract.ts";
import { failure } from "./decide.ts";
import type { RuntimeDeps } from "./deps.ts";
import { failUnopened } from "./fail-run.ts";
import { performModel } from "./model-act.ts";
import { moveOn } from "./next-step.ts";
import { openWork } from "./open-work.ts";
import { composeOpening } from "./opening.ts";
import { recover } from "./recover.ts";
import { stopped } from "./stopping.ts";
import { performTools } from "./tool-act.ts";
import { takeVersion } from "./versions.ts";
import type { Work } from "./work.ts";

export function createRuntime(deps: RuntimeDeps): Runtime {
  return {
    async runSegment(segment, control) {
      try {
        return await attempt(segment, control, deps);
      } catch (error) {
        if (error instanceof LeaseLost || control.abandon.aborted) return "lost";
        throw error;
      }
    },
  };
}

async function attempt(segment: Segment, control: SegmentControl, deps: RuntimeDeps): Promise<SegmentEnd> {
  const work = await openWork(segment, control, deps).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) throw error;
    return failUnopened(segment, error, deps);
  });
  if (work === "settled") return "settled";
  try {
    return await loop(work, deps);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof StoreUnavailable || control.abandon.aborted)
      throw error;
    return endOf(await moveOn(work, { ...nothingDone, next: unforeseen(work, error, deps) }, deps));
  } finally {
    await work.workspace.close();
  }
}

async function loop(work: Work, deps: RuntimeDeps): Promise<SegmentEnd> {
  let next = await takeUp(work, deps);
  while (isAct(next)) {
    if (work.control.stillMine?.() === false) return "lost";
    const startedAt = deps.world.clock.now();
    const done = work.control.stop.aborted ? undefined : await perform(work, next, deps);
    if (done) measure(done, startedAt, deps);
    if (work.control.abandon.aborted) return "lost";
    next = await moveOn(work, done && !work.control.stop.aborted ? done : await stopped(work, deps), deps);
  }
  return endOf(next);
}

function measure(done: Done, startedAt: number, { world }: RuntimeDeps): void {
  const seconds = (world.clock.now() - startedAt) / 1000;
  for (const { decoded, row } of done.results) {
    world.meter?.step({ kind: decoded.kind, state: row.state, seconds });
  }
  if (done.usage) world.meter?.usage(done.usage);
}

/** The first act of the segment: what was interrupted, what was answered, or simply what comes next. */
async function takeUp(work: Work, deps: RuntimeDeps): Promise<Next> {
  if (work.control.stop.aborted) return moveOn(work, await stopped(work, deps), deps);
  const recovered = await recover(work, deps);
  if ("act" in recovered) return recovered.act;
  if (work.run.opening !== undefined) return moveOn(work, recovered.done, deps);
  const opening = await composeOpening(work, deps);
  const manifest = await takeVersion(work, work.run.cursor, deps);
  return moveOn(
    work,
    {
      ...recovered.done,
      patch: { opening, checkInAt: deps.world.clock.now() + deps.agents.checkInMs },
      ...(manifest ? { manifest } : {}),
    },
    deps,
  );
}

function perform(work: Work, act: Act, deps: RuntimeDeps): Promise<Done> {
  switch (act.kind) {
    case "model":
      return performModel(work, act.n, deps);
    case "compaction":
      return performCompaction(work, act.n, deps);
    case "tools":
      return performTools(work, act.calls, deps);
    default:
      return act satisfies never;
  }
}

function endOf(next: Next): SegmentEnd {
  if (isAct(next)) throw new Error(`A segment ended at an act: ${next.kind}`);
  switch (next.kind) {
    case "settle":
      return "settled";
    case "ask":
    case "budget":
    case "doubt":
    case "still-waiting":
      return "parked";
    case "slice":
      return "sliced";
    case "back-off":
      return "backing-off";
    default:
      return next satisfies never;
  }
}

/** A failure outside any tool or model call: foreseen ones have their words, a bug fails the run loudly. */
function unforeseen(work: Work, error: unknown, deps: RuntimeDeps): End {
  const code = isAppError(error) ? error.code : "run.bug";
  deps.world.log.error("A run failed", { run: work.run.id, step: work.run.cursor, code, error });
  return failure(work, code);
}
