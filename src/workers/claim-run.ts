// Takes a run for this process: one fenced change of its row.
//
//   CM1  A claim whose commit was cut is looked up at once (store/in-doubt.ts). What it took is worked on, not left alone until its
//        lease runs out.

import { pause } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Bell } from "../domain/bell.ts";
import type { Store, Tx } from "../store/contract.ts";
import type { ClaimResult } from "../store/contract-runs.ts";
import { committed } from "../store/in-doubt.ts";
import type { Shares } from "./shares.ts";

export interface ClaimDeps {
  readonly store: Store;
  readonly shares: Shares;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: { readonly owner: string; readonly leaseMs: number };
}

/** Rejects where the store is out of reach for longer than the lease would last. */
export function claimRun(deps: ClaimDeps, bell: Bell, now: number): Promise<ClaimResult> {
  const { store, shares, clock, log } = deps;
  const { owner, leaseMs } = deps.settings;
  return committed<ClaimResult>({
    attempt: (about) =>
      store.write(async (tx) => {
        const claim = await tx.runs.claim(bell, owner, leaseMs, shares.limits(), now);
        about(claim);
        return claim;
      }),
    tookEffect: (claim) => store.write((tx) => isTaken(tx, claim)),
    mayGoOn: () => clock.now() - now < leaseMs,
    pause: (ms) => pause(clock, ms),
    doubted: (error) =>
      log.warn("It is not known whether a run was claimed; its row is looked at", { run: bell.run, error }),
  });
}

/** Under the run's lock, so that a transaction that the server has not ended yet is waited for. */
async function isTaken(tx: Tx, claim: ClaimResult): Promise<boolean> {
  if (claim.kind !== "claimed") return true; // it had nothing to write
  const { run: id, epoch, owner } = claim.lease;
  await tx.runs.hold(id);
  const run = await tx.runs.find(id);
  return run?.state === "working" && run.epoch === epoch && run.leaseOwner === owner;
}
