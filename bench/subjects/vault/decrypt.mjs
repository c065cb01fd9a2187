// What opening one sealed token costs, its key looked up in the transaction as on every call (VA6): the row is there already.

import { product } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { percentile } from "../../harness/spread.mjs";
import { openVaultPlace } from "../../harness/vault-place.mjs";

const { openToken } = await product("grants/sealed-tokens.js");

export async function openSubject() {
  const scratch = await makeScratch();
  const place = await openVaultPlace(scratch.folder);
  const [grant] = await place.connect(1);
  return {
    async measure({ opened }) {
      const took = await place.store.read(async (tx) => {
        const row = await tx.connections.find(grant.id);
        const times = [];
        for (let at = 0; at < opened; at += 1) {
          const began = performance.now();
          const secret = await openToken(tx, place.vault, row, "access");
          times.push((performance.now() - began) * 1_000);
          if (!secret) throw new Error("Nothing was opened");
        }
        return times;
      });
      const meanMicros = took.reduce((sum, one) => sum + one, 0) / took.length;
      return { meanMicros, p50Micros: percentile(took, 0.5), p99Micros: percentile(took, 0.99) };
    },
    async close() {
      await place.close();
      await scratch.remove();
    },
  };
}
