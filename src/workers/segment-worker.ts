// One bell, one segment: claim, run, let go, ring for whoever waited for the slot.
//
// Owns: the order of these. Does not own: what a segment does (runtime), who is next (the rows).
//
//   SW1  Nothing is done for a bell whose run could not be claimed: it is not runnable, or not its turn. It is rung again
//        when a slot is free, at once, or by the sweeper.
//   SW2  The runtime lets go of the lease. Where it could not (store out of reach, a bug) nobody does: the lease runs out, and
//        the next claim knows that it takes over.
//   SW3  A run that was taken over more than `maxBarrenClaims` times in a row without a step committed is failed, not tried again:
//        whatever kills its workers must not kill them for ever. The last of those times it was the only suspect at work
//        (RC4), so that a killer elsewhere does not fail runs that were merely beside it.

import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Bell } from "../domain/bell.ts";
import type { Lease, Run } from "../domain/run.ts";
import type { Runtime, Segment, SegmentEnd } from "../runtime/contract.ts";
import { segmentIds } from "../runtime/seeing.ts";
import type { Store } from "../store/contract.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { claimRun } from "./claim-run.ts";
import type { HeldRun, HeldRuns } from "./held-runs.ts";
import type { Ringer } from "./ringer.ts";
import type { Shares } from "./shares.ts";

const longestTurnMs = 20_000;

export interface SegmentWorkerDeps {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly held: HeldRuns;
  readonly shares: Shares;
  readonly ringer: Ringer;
  readonly surroundings: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly failpoint: Failpoints;
    readonly meter?: Pick<Metrics, "takenOver"> | undefined;
    /** Ends a poison run with a message (`run.poison`), under its lease (SW3). */
    readonly failPoison: (run: Run, lease: Lease) => Promise<void>;
  };
  readonly settings: SegmentWorkerSettings;
}

interface SegmentWorkerSettings {
  readonly owner: string;
  readonly leaseMs: number;
  readonly sliceMs: number;
  readonly maxBarrenClaims: number;
}

export interface SegmentWorker {
  /** Rejects only if the store is out of reach. */
  handle(bell: Bell): Promise<void>;
}

export function createSegmentWorker(deps: SegmentWorkerDeps): SegmentWorker {
  return {
    async handle(bell) {
      if (deps.held.find(bell.run)) return; // HR1
      await deps.surroundings.failpoint("segment.before-claim");
      const claimedAt = deps.surroundings.clock.now();
      const claim = await claimRun({ ...deps, ...deps.surroundings }, bell, claimedAt);
      if (claim.kind !== "claimed") return;
      await deps.surroundings.failpoint("segment.after-claim");
      await workOn(deps, claim, claimedAt);
      await deps.surroundings.failpoint("segment.before-ring");
      await deps.ringer.ringRunnable();
    },
  };
}

async function workOn(deps: SegmentWorkerDeps, segment: Segment, claimedAt: number): Promise<void> {
  const { run, lease } = segment;
  if (segment.takenOver) {
    deps.surroundings.meter?.takenOver();
    logOf(deps, segment).info("A run is taken over from a worker that never let go of it.");
  }
  const held = deps.held.add(lease, { claimedAt, deadline: claimedAt + sliceOf(run, deps.settings) });
  try {
    const end = await runSegment(deps, segment, held);
    await deps.surroundings.failpoint("segment.before-release");
    logOf(deps, segment).debug("A segment ended.", { end });
  } catch (error) {
    held.abandon();
    logOf(deps, segment).error("A segment broke off; its run goes on when the lease has run out.", {
      error: errorText(error),
    });
  } finally {
    deps.held.remove(run.id);
  }
}

function logOf({ surroundings }: SegmentWorkerDeps, segment: Segment): Logger {
  return surroundings.log.child(segmentIds(segment));
}

/** A person's direct messages take turns in one folder: a short question does not wait five minutes for a long job. */
function sliceOf({ mode }: Run, { sliceMs }: SegmentWorkerSettings): number {
  return mode === "assistant" ? Math.min(sliceMs, longestTurnMs) : sliceMs;
}

async function runSegment(deps: SegmentWorkerDeps, segment: Segment, held: HeldRun): Promise<SegmentEnd> {
  const { run, lease, takenOver } = segment;
  if (!takenOver || run.barrenClaims <= deps.settings.maxBarrenClaims) {
    return deps.runtime.runSegment({ run, lease, takenOver }, held.control);
  }
  logOf(deps, segment).error("A run is given up: it ended its worker each time.", {
    claims: run.barrenClaims,
  });
  await deps.surroundings.failPoison(run, lease);
  return "settled";
}
