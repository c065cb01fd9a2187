// A runtime for processes that die: each step is journalled before and after its act, through the real store, and the act is a
// line in a file outside. After a crash the file is asked whether the line of an unfinished step is there already.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { nothingSpent } from "../../src/domain/budget.ts";
import type { Lease } from "../../src/domain/run.ts";
import type { Runtime, Segment, SegmentControl, SegmentEnd } from "../../src/runtime/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { LeaseLost } from "../../src/store/errors.ts";

export interface JournalRuntimeOptions {
  readonly store: Store;
  /** The file outside: one line `run step epoch pid` per act. */
  readonly outside: string;
  readonly steps: number;
  /** Thinking time before each step. */
  readonly stepMs: number;
  readonly tell: (event: string, about: Readonly<Record<string, unknown>>) => void;
  /** Awaited after thinking, before the step is journalled. */
  readonly beforeStep: (run: string, n: number) => Promise<void>;
}

export function createJournalRuntime(options: JournalRuntimeOptions): Runtime {
  return {
    async runSegment(segment, control) {
      const { run, lease, takenOver } = segment;
      options.tell("began", { run: run.id, epoch: lease.epoch, takenOver });
      try {
        return await work(options, segment, control);
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        options.tell("refused", { run: run.id, epoch: lease.epoch });
        return "lost";
      }
    },
  };
}

async function work(
  options: JournalRuntimeOptions,
  segment: Segment,
  control: SegmentControl,
): Promise<SegmentEnd> {
  const { store, steps, stepMs, tell } = options;
  const { run, lease } = segment;
  await reconcile(options, lease, run.cursor);
  for (let n = run.cursor; n < steps; n += 1) {
    if (control.park.aborted || Date.now() >= control.deadline) {
      await store.write((tx) => tx.runs.requeue(lease, undefined, 0));
      return "sliced";
    }
    await wait(stepMs);
    await options.beforeStep(run.id, n);
    await store.write(async (tx) => {
      await tx.runs.advance(lease, n, n + 1, nothingSpent);
      await tx.steps.start(lease, { n, kind: "tool", tool: "append" }, Date.now());
    });
    act(options, lease, n);
    await finish(options, lease, n);
    tell("step", { run: run.id, n });
  }
  await store.write((tx) => tx.runs.settle(lease, "done", { code: "done" }, Date.now()));
  tell("done", { run: run.id });
  return "settled";
}

/** The step before the cursor may have been started by a worker that died: done or not, the file knows. */
async function reconcile(options: JournalRuntimeOptions, lease: Lease, cursor: number): Promise<void> {
  const n = cursor - 1;
  const step = n < 0 ? undefined : await options.store.read((tx) => tx.steps.find(lease.run, n));
  if (step?.state !== "started") return;
  if (!hasHappened(options.outside, lease.run, n)) act(options, lease, n);
  await finish(options, lease, n);
}

function act(options: JournalRuntimeOptions, lease: Lease, n: number): void {
  appendFileSync(options.outside, `${lease.run} ${n} ${lease.epoch} ${process.pid}\n`);
}

async function finish(options: JournalRuntimeOptions, lease: Lease, n: number): Promise<void> {
  await options.store.write(async (tx) => {
    await tx.runs.advance(lease, n + 1, n + 1, nothingSpent);
    await tx.steps.finish(lease.run, { n, state: "done", result: "{}" }, Date.now());
  });
}

function hasHappened(outside: string, run: string, n: number): boolean {
  return existsSync(outside) && readFileSync(outside, "utf8").includes(`${run} ${n} `);
}
