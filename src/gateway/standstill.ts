// Why a run has not said what it promised to say: from the rows alone, since whoever works on it may be dead.

import { holdsUp } from "../domain/brake.ts";
import type { Run } from "../domain/run.ts";
import type { Step } from "../domain/step.ts";
import type { Standstill } from "../runtime/voice/standstill.ts";
import type { Decision } from "./desk.ts";

/** Before that nobody can tell whether a run waits for its turn or for somebody to be there at all. */
const turnMs = 60_000;

export async function standstillOf({ tx, now }: Decision, run: Run): Promise<Standstill> {
  if ((await tx.brakes.list()).some((brake) => holdsUp(brake, run))) return { kind: "held-up" };
  const [last] = await tx.steps.list(run.id, Math.max(0, run.cursor - 1));
  if (isModelAway(run, last)) return modelAway(run, now);
  if (run.state === "queued") {
    const workers = now - run.createdAt < turnMs || (await tx.runs.leaseOwners(now)).length > 0;
    return { kind: "turn", workers };
  }
  return (run.leaseUntil ?? 0) <= now ? { kind: "worker-lost" } : atWork(last, now);
}

function isModelAway({ retries }: Run, last: Step | undefined): boolean {
  return retries > 0 && last?.kind === "model" && last.state === "started";
}

function modelAway({ wakeAt = 0 }: Run, now: number): Standstill {
  return { kind: "model-away", ...(wakeAt > now ? { nextTryMs: wakeAt - now } : {}) };
}

function atWork(last: Step | undefined, now: number): Standstill {
  if (!last) return { kind: "between" };
  if (last.state !== "started") return { kind: "between", ms: now - (last.endedAt ?? last.startedAt) };
  const { tool, kind, startedAt } = last;
  return { kind: "step", ...(kind === "tool" && tool !== undefined ? { tool } : {}), ms: now - startedAt };
}
