// A runtime whose segments last until a test ends them. Ends them through the real store, like the real one.

import { nothingSpent } from "../../src/domain/budget.ts";
import type { RunId } from "../../src/domain/ids.ts";
import type { Runtime, Segment, SegmentControl, SegmentEnd } from "../../src/runtime/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { createGate } from "../fakes/gate.ts";

interface RunningSegment {
  readonly segment: Segment;
  readonly control: SegmentControl;
  /** Commits a step and settles the run as done. */
  finish(): void;
  /** Commits a step and hands the run back for its next slice. */
  slice(): void;
  /** Rejects, as if the store were out of reach: lets go of nothing. */
  breakOff(): void;
  /** Returns without touching the store, as after a lost lease. */
  giveUp(): void;
}

export interface HandDrivenRuntime extends Runtime {
  /** Segments that run now, in the order in which they began. */
  running(): readonly RunningSegment[];
  /** The runs of all segments so far, in the order in which they began. */
  readonly begun: RunId[];
  find(run: string): RunningSegment;
}

export function createHandDrivenRuntime(store: Store): HandDrivenRuntime {
  const running = new Map<RunId, RunningSegment>();
  const begun: RunId[] = [];
  return {
    begun,
    running: () => [...running.values()],
    find(run) {
      const found = [...running.values()].find(({ segment }) => segment.run.id === run);
      if (!found) throw new Error(`No segment of ${run} runs`);
      return found;
    },
    async runSegment(segment, control) {
      const gate = createGate();
      let end: () => Promise<SegmentEnd> = async () => "lost";
      const by = (act: () => Promise<SegmentEnd>) => (): void => {
        end = act;
        gate.open();
      };
      begun.push(segment.run.id);
      running.set(segment.run.id, {
        segment,
        control,
        finish: by(() => settle(store, segment)),
        slice: by(() => slice(store, segment)),
        breakOff: by(() => Promise.reject(new Error("the store is out of reach"))),
        giveUp: by(async () => "lost"),
      });
      await gate.opened;
      running.delete(segment.run.id);
      return end();
    },
  };
}

async function settle(store: Store, { run, lease }: Segment): Promise<SegmentEnd> {
  await store.write(async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor + 1, nothingSpent);
    await tx.runs.settle(lease, "done", { code: "done" }, 0);
  });
  return "settled";
}

async function slice(store: Store, { run, lease }: Segment): Promise<SegmentEnd> {
  await store.write(async (tx) => {
    await tx.runs.advance(lease, run.cursor, run.cursor + 1, nothingSpent);
    await tx.runs.requeue(lease, undefined, 0);
  });
  return "sliced";
}
