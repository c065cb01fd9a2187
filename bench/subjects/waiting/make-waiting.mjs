// Makes waiting runs through the product's own store: queued, claimed, one step, parked on a question.

import { parkOnQuestion } from "../../harness/doors.mjs";
import { claimRun, openPlace, queueRun } from "../../harness/product.mjs";
import { serveSide } from "../../harness/side-process.mjs";

const atOnce = 200;

async function parkOne(place, count) {
  const run = await queueRun(place, { subject: `local:local:p${count % 100}` });
  const { run: claimed, lease } = await claimRun(place, run);
  await parkOnQuestion(place.store, { run: claimed, lease });
}

await serveSide(async ({ folder }) => ({
  async answer({ runs }) {
    const place = await openPlace(folder);
    for (let first = 0; first < runs; first += atOnce) {
      const some = Math.min(atOnce, runs - first);
      await Promise.all(Array.from({ length: some }, (_, count) => parkOne(place, first + count)));
    }
    await place.close();
    return { made: runs };
  },
  close: () => undefined,
}));
