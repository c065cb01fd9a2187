// Makes waiting runs through the product's own store: queued, claimed, one step, parked on a question.

import { claimRun, clock, ids, openPlace, queueRun } from "../../harness/product.mjs";
import { serveSide } from "../../harness/side-process.mjs";

const atOnce = 200;

async function parkOne(place, count) {
  const run = await queueRun(place, { subject: `local:local:p${count % 100}` });
  const { lease } = await claimRun(place, run);
  await place.store.write(async (tx) => {
    const now = clock.now();
    await tx.runs.advance(lease, 0, 1, run.spent);
    await tx.steps.start(lease, { n: 0, kind: "wait" }, now);
    const ask = { kind: "question", question: "Which region?", options: ["North", "South"] };
    await tx.waits.open({
      id: ids.next("wait"),
      run: run.id,
      step: 0,
      kind: "question",
      ask,
      asked: run.subject,
      now,
    });
    await tx.runs.park(lease, undefined);
  });
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
