// The part of a process that works on runs: takes bells, runs segments, watches them, and keeps the net under all of it.
//
//   WK1  `stop` loses nothing: no bell is taken any more, segments that run are asked to hand their runs back, and those
//        that don't in time are abandoned, to be taken over like those of a dead worker.
//   WK2  What was abandoned is handed over as the last act, so that nobody waits for its lease to run out.

import { pause } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { RunId } from "../domain/ids.ts";
import type { Lease, Run } from "../domain/run.ts";
import type { Queue, Ringing } from "../queue/contract.ts";
import type { Runtime } from "../runtime/contract.ts";
import type { Store } from "../store/contract.ts";
import type { LeaseKeeper } from "../store/lease-keeper.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createHeldRuns, type HeldRun, type HeldRuns, type LeaseKeeping } from "./held-runs.ts";
import { createProcessTable, formatOwner } from "./process-owner.ts";
import { createRinger, type Ringer } from "./ringer.ts";
import { createSegmentWorker } from "./segment-worker.ts";
import { createShares } from "./shares.ts";
import { createSupervisor } from "./supervisor.ts";
import { type SweepActs, sweepParts } from "./sweep-parts.ts";
import { createSweeper, type SweepPart } from "./sweeper.ts";
import { createWatcher } from "./watcher.ts";

export interface WorkersDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly runtime: Runtime;
  readonly acts: WorkersActs;
  readonly surroundings: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly failpoint: Failpoints;
    readonly meter?: WorkersMeter | undefined;
  };
  readonly settings: WorkersSettings;
  /** What else is looked after each second, by one process of all. */
  readonly parts?: readonly SweepPart[];
  /** Called once, by `createWorkers`; `stop` ends what it made. */
  readonly openLeases: (
    owner: string,
    onLost: (run: RunId) => void,
  ) => LeaseKeeping & Pick<LeaseKeeper, "stop">;
}

/** What the floors below do when the workers find that it is time. */
export interface WorkersActs extends SweepActs {
  /** Ends a poison run with a message (`run.poison`), under its lease. */
  readonly failPoison: (run: Run, lease: Lease) => Promise<void>;
}

/** What workers count. */
export type WorkersMeter = Pick<Metrics, "takenOver" | "handedOver" | "leaseLost" | "swept" | "sweepFailed">;

export interface WorkersSettings {
  /** Tells this process's workers from others that it may have had: an id. */
  readonly nonce: string;
  /** No other process can have the database (store/single-process.ts): there is no neighbour to take over from at once. */
  readonly alone?: boolean;
  /** Segments at once in this process. */
  readonly concurrency: number;
  readonly tenants: "one" | "several";
  readonly leaseMs: number;
  readonly sliceMs: number;
  readonly inboxKeptMs?: number | undefined;
}

export interface Workers {
  readonly owner: string;
  /** Resolves when the leases of processes that died earlier have been handed over. */
  start(): Promise<void>;
  /** Graceful (WK1, WK2); takes at most twenty seconds. Twice is once. */
  stop(): Promise<void>;
  /** Segments that run now. */
  busy(): number;
  /** Whether the leases of those are renewed in time. */
  leases(): "none held" | "in time" | "late";
}

const lookMs = 1_000;
const superviseMs = 250;
/** The first try, and four takeovers; the sixth try is not made. */
const maxBarrenClaims = 4;
/** Of a lease: renewed three times in it, one that is this old has missed a renewal. */
const lateShare = 0.6;
/** A deploy gives a process half a minute, and doors and last words need theirs, too. */
const parkMs = 17_000;
const abandonMs = 1_000;

export function createWorkers(deps: WorkersDeps): Workers {
  const { store, queue, surroundings, settings } = deps;
  const { clock, log } = surroundings;
  const processes = createProcessTable();
  const owner = formatOwner(processes.self(settings.nonce));
  const leases = deps.openLeases(owner, (run) => lose(held.find(run), surroundings.meter));
  const held = createHeldRuns(leases);
  const shares = createShares(settings);
  const ringer = createRinger({ store, queue, shares, clock, log });
  const watcher = createWatcher({ store, queue, held, clock, log, everyMs: lookMs });
  const sweeper = createSweeper({ ...netOf(deps, ringer), owner, alone: settings.alone });
  const supervised = {
    store,
    processes,
    ringer,
    shares,
    settings: { owner, everyMs: settings.alone === true ? lookMs : superviseMs },
  };
  const supervisor = createSupervisor({ ...surroundings, ...supervised });
  const worker = createSegmentWorker({
    store,
    runtime: deps.runtime,
    held,
    shares,
    ringer,
    surroundings: { ...surroundings, failPoison: deps.acts.failPoison },
    settings: { owner, leaseMs: settings.leaseMs, sliceMs: settings.sliceMs, maxBarrenClaims },
  });
  let ringing: Ringing | undefined;
  let stopping: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    const left = ringing !== undefined && (await letGo(ringing, held, clock));
    watcher.stop();
    supervisor.stop();
    await sweeper.stop();
    await leases.stop();
    if (left) await handOver({ ...deps, owner, ringer });
  };
  return {
    owner,
    async start() {
      await supervisor.look();
      ringing = queue.work((bell) => worker.handle(bell), {
        concurrency: settings.concurrency,
        onError: (error) => log.error("A bell could not be answered.", { error: errorText(error) }),
      });
      watcher.start();
      supervisor.start();
      sweeper.start();
      void sweeper.sweep(); // what a part does may take its time
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    busy: () => held.ids().length,
    leases: () => stateOf(leases, settings),
  };
}

function lose(run: HeldRun | undefined, meter: WorkersMeter | undefined): void {
  meter?.leaseLost();
  run?.abandon();
}

function stateOf(leases: LeaseKeeping, { leaseMs }: WorkersSettings): ReturnType<Workers["leases"]> {
  const oldest = leases.oldestMs?.();
  if (oldest === undefined) return "none held";
  return oldest > leaseMs * lateShare ? "late" : "in time";
}

function netOf(deps: WorkersDeps, ringer: Ringer): Omit<Parameters<typeof createSweeper>[0], "owner"> {
  const { store, acts, settings, surroundings } = deps;
  const { clock, log, failpoint, meter } = surroundings;
  const parts = sweepParts({
    store,
    ringer,
    acts: counted(acts, meter),
    clock,
    inboxKeptMs: settings.inboxKeptMs,
    counted: (part, count) => meter?.swept(part, count),
  });
  const all = [...parts, ...(deps.parts ?? [])];
  return { store, parts: all, clock, log, failpoint, meter, everyMs: lookMs };
}

/** The same acts; each that was done is counted. */
function counted(acts: SweepActs, meter: WorkersMeter | undefined): SweepActs {
  const counting =
    <T>(part: string, act: (item: T) => Promise<void>) =>
    async (item: T): Promise<void> => {
      await act(item);
      meter?.swept(part, 1);
    };
  return {
    ...acts,
    expireWait: counting("expire", acts.expireWait),
    nudge: counting("nudge", acts.nudge),
  };
}

/** WK1. True if some had to be abandoned. */
async function letGo(ringing: Ringing, held: HeldRuns, clock: Clock): Promise<boolean> {
  const settled = new AbortController();
  void ringing.stop().finally(() => settled.abort());
  held.parkAll();
  await pause(clock, parkMs, settled.signal);
  const left = held.ids().length > 0;
  held.abandonAll();
  await pause(clock, abandonMs, settled.signal);
  return left;
}

/** WK2: what a supervisor does for a dead neighbour, said by the process itself. Nothing renews these leases any more. */
async function handOver(
  deps: Pick<WorkersDeps, "store" | "surroundings"> & { readonly owner: string; readonly ringer: Ringer },
): Promise<void> {
  const { store, owner, ringer } = deps;
  const { clock, log } = deps.surroundings;
  try {
    const runs = await store.write((tx) => tx.runs.expireLeases(owner, clock.now()));
    log.warn("Runs were cut off in the middle of a step to stop in time; others take them over.", { runs });
    await ringer.ringRunnable();
  } catch (error) {
    log.warn("Runs that were cut off are taken over when their leases have run out.", {
      error: errorText(error),
    });
  }
}
