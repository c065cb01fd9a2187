// Keeps the leases of the runs that this process works on, and says in time when one cannot be kept (I8).
//
//   LK1  Renewing happens in a thread of its own, which is started by the first hold and not before.
//   LK2  A run whose renewal met no row is lost: another worker has it, or it has ended.
//   LK3  A run whose last confirmed renewal is nearly `leaseMs` old is lost too, whatever the reason (the database is out of
//        reach, the thread is dead, the whole process was frozen): its worker stops before anybody else may start.
//   LK4  Each loss is told once. What has been dropped is not told.
//   LK5  The thread takes the tables as they are: in the middle of a deploy they may be those of a newer version already, and the
//        processes of this one keep their leases.
//
// Who is about to act outside can ask for LK3 at once with `check`: after a freeze it may run before the timer does.

import { type CancelTimer, type Clock, every, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { RunId } from "../domain/ids.ts";
import type { Lease } from "../domain/run.ts";
import type { FromLeaseThread, HeldLease, LeaseTarget } from "./lease-keeper-thread.ts";
import { type LeaseThread, startLeaseThread } from "./lease-thread.ts";
import { elapsedMs, type Moment, momentOf } from "./lease-time.ts";

export interface LeaseKeeperOptions {
  readonly target: LeaseTarget;
  readonly owner: string;
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  readonly onLost: (run: RunId) => void;
  readonly log: Logger;
  readonly clock?: Clock;
}

export interface LeaseKeeper {
  /** `claimedAt` is when the claim was made, in clock milliseconds; now, if absent. */
  hold(lease: Lease, claimedAt?: number): void;
  drop(run: RunId): void;
  /** Tells at once of the leases that are over by time. */
  check(): void;
  /** How long ago the lease that waits longest was confirmed, in milliseconds; undefined while none is held. */
  oldestMs(): number | undefined;
  /** Lets go of everything without a word. */
  stop(): Promise<void>;
}

interface Confirmed extends HeldLease {
  readonly at: Moment;
}

/** A lease is given up this long before its end; less, where leases are short. */
const maxMarginMs = 3_000;

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { target, owner, leaseMs, renewEveryMs, onLost, log } = options;
  const clock = options.clock ?? systemClock;
  const trustMs = leaseMs - Math.min(leaseMs / 5, maxMarginMs);
  const confirmed = new Map<RunId, Confirmed>();
  let thread: LeaseThread | undefined;
  let cancelWatch: CancelTimer = () => undefined;

  const lose = (run: RunId): void => {
    if (!confirmed.delete(run)) return;
    thread?.tell({ kind: "drop", run });
    onLost(run);
  };
  const check = (): void => {
    thread?.hearNow(); // whatever kept this thread busy, the leases may have been renewed meanwhile
    const now = momentOf(clock);
    const over = [...confirmed.values()].filter(({ at }) => elapsedMs(at, now) >= trustMs);
    for (const { run } of over) lose(run);
  };
  const heard = (message: FromLeaseThread): void => {
    if (message.kind === "failed") return log.warn("Leases could not be renewed", { error: message.error });
    const isHeld = ({ run, epoch }: HeldLease): boolean => confirmed.get(run)?.epoch === epoch;
    for (const lease of message.kept.filter(isHeld)) confirmed.set(lease.run, { ...lease, at: message.at });
    for (const { run } of message.lost.filter(isHeld)) lose(run);
  };
  const start = (): LeaseThread => {
    cancelWatch = every(clock, renewEveryMs / 5, async () => check(), rethrow);
    const settings = { target, owner, leaseMs, renewEveryMs };
    return startLeaseThread({ settings, held: () => [...confirmed.values()], heard, clock, log });
  };

  return {
    hold({ run, epoch }, claimedAt) {
      const now = momentOf(clock);
      const agoMs = claimedAt === undefined ? 0 : Math.max(0, now.wallMs - claimedAt);
      const at = { wallMs: now.wallMs - agoMs, monotonicMs: now.monotonicMs - agoMs };
      confirmed.set(run, { run, epoch, at });
      if (thread) thread.tell({ kind: "hold", lease: { run, epoch } });
      else thread = start();
    },
    drop(run) {
      if (confirmed.delete(run)) thread?.tell({ kind: "drop", run });
    },
    check,
    oldestMs() {
      const now = momentOf(clock);
      const ages = [...confirmed.values()].map(({ at }) => elapsedMs(at, now));
      return ages.length === 0 ? undefined : Math.max(...ages);
    },
    async stop() {
      confirmed.clear();
      cancelWatch();
      await thread?.stop();
    },
  };
}

/** `onLost` that throws is a bug. */
function rethrow(error: unknown): never {
  throw error;
}
