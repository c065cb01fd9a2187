// The runs that this process works on now, each with the signals that reach its segment.
//
// Owns: the keeping of their leases, from `add` to `remove`. Does not own: taking and releasing them (store).
//
//   HR1  A process works on a run once at a time: while a segment that lost its lease is still coming to its end here, the
//        next segment of that run is for another process, or for later.

import type { RunId } from "../domain/ids.ts";
import type { Lease } from "../domain/run.ts";
import type { SegmentControl } from "../runtime/contract.ts";
import type { LeaseKeeper } from "../store/lease-keeper.ts";

/** `check` looks at once whether the leases held here are still good, without waiting for its timer. */
export type LeaseKeeping = Pick<LeaseKeeper, "hold" | "drop"> &
  Partial<Pick<LeaseKeeper, "check" | "oldestMs">>;

export interface HeldRun {
  readonly lease: Lease;
  readonly control: SegmentControl;
  /** The lease is lost: what the segment does from here on is refused (I8). */
  abandon(): void;
  /** A person wants it stopped. */
  stop(): void;
  /** It is to hand its run back when the act that is under way has ended. */
  park(): void;
}

export interface HeldRuns {
  /** A run held after `parkAll` is told to park at once. Both times in clock milliseconds. */
  add(lease: Lease, times: { readonly claimedAt: number; readonly deadline: number }): HeldRun;
  remove(run: RunId): void;
  find(run: RunId): HeldRun | undefined;
  ids(): RunId[];
  /** The process is going down. */
  parkAll(): void;
  abandonAll(): void;
}

export function createHeldRuns(leases: LeaseKeeping): HeldRuns {
  const held = new Map<RunId, HeldRun>();
  let parkingAll = false;
  return {
    add(lease, { claimedAt, deadline }) {
      const abandoned = new AbortController();
      const stopped = new AbortController();
      const parked = new AbortController();
      const run: HeldRun = {
        lease,
        control: {
          abandon: abandoned.signal,
          stop: stopped.signal,
          park: parked.signal,
          deadline,
          stillMine() {
            leases.check?.();
            return !abandoned.signal.aborted;
          },
        },
        abandon: () => abandoned.abort(),
        stop: () => stopped.abort(),
        park: () => parked.abort(),
      };
      if (parkingAll) parked.abort();
      held.set(lease.run, run);
      leases.hold(lease, claimedAt);
      return run;
    },
    remove(run) {
      leases.drop(run);
      held.delete(run);
    },
    find: (run) => held.get(run),
    ids: () => [...held.keys()],
    parkAll() {
      parkingAll = true;
      for (const run of held.values()) run.park();
    },
    abandonAll() {
      for (const run of held.values()) run.abandon();
    },
  };
}
