// How much of all slots one person, and one tenant, may hold at once (I3).
//
//   SH1  One person holds at most half of the slots, so that another person's run finds a free one and does not wait
//        for the end of a segment.
//   SH2  Where there are several tenants, one tenant leaves one slot free. With a single tenant that slot would only stand idle.
//   SH3  The slots are those of all processes. How many processes there are is seen from the leases: a fleet that is
//        busier than this process alone has larger shares.

import type { ClaimLimits } from "../store/contract-runs.ts";

export interface SharesOptions {
  /** Segments that one process runs at once. */
  readonly concurrency: number;
  readonly tenants: "one" | "several";
}

export interface Shares {
  limits(): ClaimLimits;
  /** The owners of live leases, as last seen. */
  observe(owners: readonly string[]): void;
}

export function createShares(options: SharesOptions): Shares {
  let processes = 1;
  return {
    limits() {
      const slots = options.concurrency * processes;
      return {
        perPerson: Math.max(1, Math.floor(slots / 2)),
        perTenant: options.tenants === "one" ? slots : Math.max(1, slots - 1),
      };
    },
    observe(owners) {
      processes = Math.max(1, new Set(owners).size);
    },
  };
}
