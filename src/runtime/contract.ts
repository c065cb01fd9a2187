// The durable loop as the workers see it.
//
//   R1  Nothing outside the process is touched between reading a step and committing its intent to the journal (I4).
//   R2  A journalled result is never computed again, whatever the code says now (I4).
//   R3  A run that waits holds no lock, no timer and no memory: a row is all (I6).

import type { Lease, Run } from "../domain/run.ts";

export interface Segment {
  readonly run: Run;
  readonly lease: Lease;
  /** The last owner never let go: the workspace is remade from the last manifest. */
  readonly takenOver: boolean;
}

export interface SegmentControl {
  /** The lease is lost or cannot be renewed: touch nothing more, write nothing more. */
  readonly abandon: AbortSignal;
  /** A person asked for a stop: acts end at once, the run settles as `stopped`. */
  readonly stop: AbortSignal;
  /** The process is going down: finish the step at hand if it is quick, then hand the run back. */
  readonly park: AbortSignal;
  /** Asked before every act: after a freeze the answer is there sooner than the signal (I8). Yes when absent. */
  readonly stillMine?: () => boolean;
  /** End of the slice, in clock milliseconds (I7). */
  readonly deadline: number;
}

/** How a segment ended. The row says so too: the runtime has released the lease, but for `lost`. */
export type SegmentEnd = "settled" | "parked" | "sliced" | "backing-off" | "lost";

export interface Runtime {
  /** Never rejects for what a run did: a bug in it fails the run. Rejects only when the store is out of reach. */
  runSegment(segment: Segment, control: SegmentControl): Promise<SegmentEnd>;
}
