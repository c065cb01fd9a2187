// The thread that renews leases: its own event loop and its own connection, so that nothing a run does can starve it (I8).
//
// Owns: asking the database. Does not own: deciding that a lease is lost because nobody could be asked (lease-keeper.ts).

import { isMainThread, type MessagePort, workerData } from "node:worker_threads";
import { type CancelTimer, every, systemClock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { RunId } from "../domain/ids.ts";
import type { Lease } from "../domain/run.ts";
import type { Store } from "./contract.ts";
import { type Moment, momentOf } from "./lease-time.ts";
import { createPostgresStore } from "./postgres.ts";
import { createSqliteStore } from "./sqlite.ts";

export type LeaseTarget = { readonly sqlitePath: string } | { readonly postgresUrl: string };

/** The epoch tells a lease from the next one that the same process may get on the same run. */
export type HeldLease = Pick<Lease, "run" | "epoch">;

export interface LeaseThreadSettings {
  readonly target: LeaseTarget;
  readonly owner: string;
  readonly leaseMs: number;
  readonly renewEveryMs: number;
}

export interface LeaseThreadData extends LeaseThreadSettings {
  readonly port: MessagePort;
}

export type ToLeaseThread =
  | { readonly kind: "hold"; readonly lease: HeldLease }
  | { readonly kind: "drop"; readonly run: RunId }
  | { readonly kind: "stop" };

export type FromLeaseThread =
  /** `kept` hold until `leaseMs` after `at`; `lost` are somebody else's, or ended. */
  | {
      readonly kind: "renewed";
      readonly at: Moment;
      readonly kept: readonly HeldLease[];
      readonly lost: readonly HeldLease[];
    }
  | { readonly kind: "failed"; readonly error: string };

function renewLeases(data: LeaseThreadData): void {
  const { port, target, owner, leaseMs, renewEveryMs } = data;
  const held = new Map<RunId, number>();
  const tell = (message: FromLeaseThread): void => port.postMessage(message);
  let store: Promise<Store> | undefined;

  const connected = async (): Promise<Store> => {
    store ??= open(target);
    try {
      return await store;
    } catch (error) {
      store = undefined;
      throw error;
    }
  };
  const renew = async (): Promise<void> => {
    if (held.size === 0) return;
    const asked = Array.from(held, ([run, epoch]): HeldLease => ({ run, epoch }));
    const opened = await connected();
    const at = momentOf(systemClock);
    const runs = asked.map((lease) => lease.run);
    const renewed = new Set(await opened.write((tx) => tx.runs.renew(owner, runs, at.wallMs + leaseMs)));
    const kept = asked.filter((lease) => renewed.has(lease.run));
    const lost = asked.filter((lease) => !renewed.has(lease.run));
    for (const { run, epoch } of lost) if (held.get(run) === epoch) held.delete(run);
    tell({ kind: "renewed", at, kept, lost });
  };
  const failed = (error: unknown): void => tell({ kind: "failed", error: errorText(error) });
  let cancel: CancelTimer | undefined;

  port.on("message", (message: ToLeaseThread) => {
    if (message.kind === "hold") held.set(message.lease.run, message.lease.epoch);
    if (message.kind === "drop") held.delete(message.run);
    if (message.kind === "stop") {
      cancel?.();
      void Promise.allSettled([closed(store)]).then(() => port.close());
    } else if (!cancel) {
      cancel = every(systemClock, renewEveryMs, renew, failed);
      void renew().catch(failed); // starting the thread took a part of the lease
    }
  });
}

async function closed(store: Promise<Store> | undefined): Promise<void> {
  await (await store)?.close();
}

/** LK5. */
function open(target: LeaseTarget): Promise<Store> {
  if ("sqlitePath" in target) return createSqliteStore({ path: target.sqlitePath, tablesAsTheyAre: true });
  return createPostgresStore({ url: target.postgresUrl, maxConnections: 1, tablesAsTheyAre: true });
}

if (!isMainThread) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lease-keeper.ts starts this file, and gives it this
  renewLeases(workerData as LeaseThreadData);
}
