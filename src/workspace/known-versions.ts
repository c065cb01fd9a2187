// What snapshots have read, kept from one opening of a folder to the next within this process.

import type { KnownMemory } from "./held-workspace.ts";
import type { KnownFiles } from "./snapshot.ts";

export interface KnownVersions {
  /** The memory of one folder. `identity` never comes back for another folder. */
  of(identity: string): KnownMemory;
}

/** Files remembered over all folders; the folders that were used longest ago are forgotten first. */
const maxFiles = 100_000;

export function createKnownVersions(): KnownVersions {
  const byFolder = new Map<string, KnownFiles>();
  let files = 0;
  const forget = (identity: string): void => {
    files -= byFolder.get(identity)?.size ?? 0;
    byFolder.delete(identity);
  };
  return {
    of: (identity) => ({
      recall: () => byFolder.get(identity) ?? new Map(),
      learn(known) {
        forget(identity);
        byFolder.set(identity, known);
        files += known.size;
        for (const [oldest] of byFolder) {
          if (files <= maxFiles || oldest === identity) break;
          forget(oldest);
        }
      },
    }),
  };
}
