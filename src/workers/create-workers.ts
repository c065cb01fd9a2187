// The part of a process that works on runs: takes bells, runs segments, watches them, and keeps the net under all of it.
//
//   WK1  `stop` loses nothing: no bell is taken any more, segments that run are asked to hand their runs back, and those
//        that don't in time are abandoned, to be taken over like those of a dead worker.

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
import { createHeldRuns, type HeldRuns, type LeaseKeeping } from "./held-runs.ts";
import { createProcessTable, formatOwner } from "./process-owner.ts";
import { createRinger, type Ringer } from "./ringer.ts";
import { createSegmentWorker } from "./segment-worker.ts";
import { createShares } from "./shares.ts";
import { createSupervisor } from "./supervisor.ts";
import { type SweepActs, sweepParts } from "./sweep-parts.ts";
import { createSweeper } from "./sweeper.ts";
import { createWatcher } from "./watcher.ts";

export interface WorkersDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly runtime: Runtime;
  readonly acts: WorkersActs;
  readonly surroundings: { readonly clock: Clock; readonly log: Logger; readonly failpoint: Failpoints };
  readonly settings: WorkersSettings;
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

export interface WorkersSettings {
  /** Tells this process's workers from others that it may have had: an id. */
  readonly nonce: string;
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
  /** Graceful (WK1); takes at most half a minute. Twice is once. */
  stop(): Promise<void>;
  /** Segments that run now. */
  busy(): number;
}

const lookMs = 1_000;
const superviseMs = 250;
const maxBarrenClaims = 5;
const parkMs = 25_000;
const abandonMs = 2_000;

export function createWorkers(deps: WorkersDeps): Workers {
  const { store, queue, surroundings, settings } = deps;
  const { clock, log } = surroundings;
  const processes = createProcessTable();
  const owner = formatOwner(processes.self(settings.nonce));
  const leases = deps.openLeases(owner, (run) => held.find(run)?.abandon());
  const held = createHeldRuns(leases);
  const shares = createShares(settings);
  const ringer = createRinger({ store, queue, shares, clock, log });
  const watcher = createWatcher({ store, queue, held, clock, log, everyMs: lookMs });
  const sweeper = createSweeper({ ...netOf(deps, ringer), owner });
  const supervisor = createSupervisor({
    store,
    processes,
    ringer,
    shares,
    clock,
    log,
    settings: { owner, everyMs: superviseMs },
  });
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
    if (ringing) await letGo(ringing, held, clock);
    watcher.stop();
    supervisor.stop();
    await sweeper.stop();
    await leases.stop();
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
  };
}

function netOf(deps: WorkersDeps, ringer: Ringer): Omit<Parameters<typeof createSweeper>[0], "owner"> {
  const { store, acts, settings, surroundings } = deps;
  const { clock, log } = surroundings;
  const parts = sweepParts({ store, ringer, acts, clock, inboxKeptMs: settings.inboxKeptMs });
  return { store, parts, clock, log, everyMs: lookMs };
}

/** WK1. */
async function letGo(ringing: Ringing, held: HeldRuns, clock: Clock): Promise<void> {
  const settled = new AbortController();
  void ringing.stop().finally(() => settled.abort());
  held.parkAll();
  await pause(clock, parkMs, settled.signal);
  held.abandonAll();
  await pause(clock, abandonMs, settled.signal);
}
