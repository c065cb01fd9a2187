// Fifty callers of four sets of grants, none of which knows of the others, at each expiry of one connection.

import { makeScratch } from "../../harness/scratch.mjs";
import { openVaultPlace } from "../../harness/vault-place.mjs";

const hour = 3_600_000;

export async function openSubject() {
  const scratch = await makeScratch();
  const place = await openVaultPlace(scratch.folder);
  const four = Array.from({ length: 4 }, () => place.grants());
  let expiries = 0;
  return {
    async measure({ callers, repeats }) {
      place.ahead(0);
      expiries = 0;
      const [grant] = await place.connect(1);
      const before = place.service.refreshes;
      let most = 0;
      for (let turn = 0; turn < repeats; turn += 1) {
        expiries += 1;
        place.ahead(expiries * hour);
        const asked = place.service.refreshes;
        const calls = Array.from({ length: callers }, (_, at) => four[at % four.length].token(grant));
        const got = await Promise.all(calls);
        if (got.some(({ version }) => version !== expiries + 1)) throw new Error("A call got an old token");
        most = Math.max(most, place.service.refreshes - asked);
      }
      const refreshes = place.service.refreshes - before;
      return { mostPerExpiry: most, perExpiry: refreshes / repeats, lost: place.service.stolen };
    },
    async close() {
      await place.close();
      await scratch.remove();
    },
  };
}
