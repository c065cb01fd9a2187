// A run's way to its token at the moment of a call: 200 runs, each with a connection of its own, each asking once a second.

import { setTimeout as wait } from "node:timers/promises";
import { makeScratch } from "../../harness/scratch.mjs";
import { percentile } from "../../harness/spread.mjs";
import { openVaultPlace } from "../../harness/vault-place.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  const place = await openVaultPlace(scratch.folder);
  const grants = place.grants();
  let ready;
  return {
    async measure({ runs, seconds }) {
      ready ??= await place.connect(runs);
      const took = [];
      await Promise.all(
        ready.map(async (grant, at) => {
          await wait((at * 1_000) / runs);
          for (let turn = 0; turn < seconds; turn += 1) {
            const began = performance.now();
            await grants.token(grant);
            const ms = performance.now() - began;
            took.push(ms);
            await wait(Math.max(0, 1_000 - ms));
          }
        }),
      );
      return { p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) };
    },
    async close() {
      await place.close();
      await scratch.remove();
    },
  };
}
