// The durable loop: one run, from a message to a settled outcome, a bounded slice at a time.
//
// Owns the order of steps. Does not own what a step does (tools/, model/), whether it may happen (stages/), or when we
// are called (workers/). Invariants R1 to R3 are in contract.ts.

import { within } from "../base/abort.ts";
import { allRaised, raised, type TaintMarks, unknownFile } from "../domain/taint.ts";
import { LeaseLost, StoreUnavailable } from "../store/errors.ts";
import { type Act, type Done, type End, isAct, type Next, nothingDone } from "./act.ts";
import { performCompaction } from "./compaction-act.ts";
import type { Runtime, Segment, SegmentControl, SegmentEnd } from "./contract.ts";
import { failure } from "./decide.ts";
import type { RuntimeDeps } from "./deps.ts";
import { failUnopened } from "./fail-run.ts";
import { performModel } from "./model-act.ts";
import { openLine } from "./live.ts";
import { moveOn } from "./next-step.ts";
import { offerAnew } from "./offer.ts";
import { openWork } from "./open-work.ts";
import { composeOpening } from "./opening.ts";
import { requestFile } from "./own-files.ts";
import { recover } from "./recover.ts";
import { nextPromise } from "./scheduled.ts";
import {
  answeredWaits,
  codeOf,
  seeCompaction,
  seenAs,
  seeSegment,
  stepsEnded,
  waitsEnded,
} from "./seeing.ts";
import { answerMarks, interruptedMarks, taintPatch } from "./seen-marks.ts";
import { stopped } from "./stopping.ts";
import { isOfNewerVersion, suspendRun } from "./suspend-run.ts";
import { performTools } from "./tool-act.ts";
import { takeVersion } from "./versions.ts";
import type { Work } from "./work.ts";

const farewellMs = 1_000;

export function createRuntime(deps: RuntimeDeps): Runtime {
  return {
    runSegment(segment, control) {
      const seen = seenAs(deps, segment);
      return seeSegment(segment, seen, () => endOfAttempt(segment, control, seen));
    },
  };
}

async function endOfAttempt(
  segment: Segment,
  control: SegmentControl,
  deps: RuntimeDeps,
): Promise<SegmentEnd> {
  try {
    return await attempt(segment, control, deps);
  } catch (error) {
    if (error instanceof LeaseLost || control.abandon.aborted) return "lost";
    throw error;
  }
}

async function attempt(segment: Segment, control: SegmentControl, deps: RuntimeDeps): Promise<SegmentEnd> {
  const work = await openWork(segment, control, deps).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) throw error;
    if (isOfNewerVersion(error)) return suspendRun(segment, error, deps);
    return failUnopened(segment, error, deps);
  });
  if (work === "settled" || work === "backing-off") return work;
  let end: SegmentEnd | undefined;
  work.line = openLine(work, deps);
  try {
    end = await loop(work, deps);
    return end;
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof StoreUnavailable || control.abandon.aborted)
      throw error;
    return endOf(await moveOn(work, { ...nothingDone, next: unforeseen(work, error, deps) }, deps));
  } finally {
    if (end !== "settled") work.line?.breakOff();
    work.line?.close();
    await deps.sandbox?.leave(work.run.id, end === "sliced");
    // A server that takes its time to say goodbye holds up nobody.
    await within(deps.world.clock, farewellMs, deps.tools.leave(work.run.id, end === "sliced"));
    await work.workspace.close();
  }
}

async function loop(work: Work, deps: RuntimeDeps): Promise<SegmentEnd> {
  const answered = answeredWaits(work);
  let next = await takeUp(work, deps);
  waitsEnded(work, answered, deps);
  while (isAct(next)) {
    if (work.control.stillMine?.() === false) return "lost";
    const startedAt = deps.world.clock.now();
    const done = isStopping(work) ? undefined : await perform(work, next, deps);
    if (done) stepsEnded(work, done, startedAt, deps);
    if (work.control.abandon.aborted) return "lost";
    const begun = done !== undefined;
    next = await moveOn(
      work,
      done && !isStopping(work) ? done : await stopped(work, deps, { done, begun }),
      deps,
    );
  }
  return endOf(next);
}

/** The first act of the segment: what was interrupted, what was answered, or simply what comes next. */
async function takeUp(work: Work, deps: RuntimeDeps): Promise<Next> {
  if (isStopping(work)) return moveOn(work, await stopped(work, deps), deps);
  const recovered = await recover(work, deps);
  if ("act" in recovered) return recovered.act;
  if (work.run.opening !== undefined) {
    const seen = allRaised([interruptedMarks(work), answerMarks(work.waits)]);
    const patch = { ...recovered.done.patch, ...taintPatch(work, seen) };
    return moveOn(work, { ...recovered.done, patch }, deps);
  }
  const opening = await composeOpening(work, deps);
  const manifest = await takeVersion(work, work.run.cursor, deps, originIn(work, opening.taint));
  return moveOn(
    work,
    {
      ...recovered.done,
      patch: {
        opening: opening.text,
        ...taintPatch(work, opening.taint),
        ...nextPromise(work.run, deps.world.clock.now() + deps.agents.checkInMs),
      },
      ...(manifest ? { manifest } : {}),
    },
    deps,
  );
}

/** What is found in the folder and in no version is a stranger's, but for what the opening itself wrote (SM2). */
function originIn(work: Work, taint: TaintMarks): (path: string) => TaintMarks {
  return (path) => (path === requestFile(work.run) ? taint : raised(taint, unknownFile));
}

/** ST1: whichever says so first, the signal or a commit. */
function isStopping(work: Work): boolean {
  return work.stopping || work.control.stop.aborted;
}

function perform(work: Work, act: Act, deps: RuntimeDeps): Promise<Done> {
  switch (act.kind) {
    case "model":
      return offerAnew(work, deps).then(() => performModel(work, act.n, deps));
    case "compaction":
      return seeCompaction(work, act.n, deps, () => performCompaction(work, act.n, deps));
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
    case "gate":
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
  const code = codeOf(error);
  deps.world.log.error("A run failed", { step: work.run.cursor, code, error });
  return failure(work, code);
}
