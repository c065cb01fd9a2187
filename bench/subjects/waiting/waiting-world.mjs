// One process of the product with a number of waiting runs: doors, embedded doorbell, workers with their sweeper. The runs are made
// by another process, so that making them leaves no memory behind. Waking is a person's answer.

import { setTimeout as wait } from "node:timers/promises";
import { openDoorbell, openDoors, openWorkers, parkOnQuestion } from "../../harness/doors.mjs";
import { machineNow, msBetween } from "../../harness/machine-clock.mjs";
import { openPlace, product } from "../../harness/product.mjs";
import { serveSide } from "../../harness/side-process.mjs";
import { percentile } from "../../harness/spread.mjs";

const { answerWait } = await product("gateway/answer-wait.js");

await serveSide(async ({ folder }) => {
  const place = await openPlace(folder);
  const queue = openDoorbell(undefined);
  const { desk, intake } = openDoors(place, queue);
  let began = () => undefined;
  const workers = await openWorkers(place, queue, (segment) => {
    began(machineNow());
    return parkOnQuestion(place.store, segment); // on a new question, so that their number stays
  });

  const wakeOne = async (asked) => {
    const started = new Promise((resolve) => {
      began = resolve;
    });
    const sent = machineNow();
    await desk.decide(async (decision) => {
      const run = await decision.tx.runs.find(asked.run);
      await answerWait(
        decision,
        { run, wait: asked },
        { answer: "Yes", by: asked.asked, byName: "Ana", via: "button" },
      );
    });
    return msBetween(sent, await started);
  };

  return {
    /** Waits for the sweeper to have looked around a few times first. */
    async answer({ settleMs, wakes }) {
      await wait(settleMs);
      globalThis.gc();
      const rssMiB = process.memoryUsage.rss() / 2 ** 20;
      const depth = await queue.depth();
      const open = await place.store.read((tx) => tx.waits.listOpen(Math.max(wakes, 1)));
      const latencies = [];
      for (let turn = 0; turn < wakes && open.length > 0; turn += 1) {
        const [asked] = await place.store.read((tx) => tx.waits.listOpen(1));
        latencies.push(await wakeOne(asked));
        await wait(5);
      }
      return {
        rssMiB,
        queued: depth.waiting + depth.active,
        wakeMs: latencies.length === 0 ? 0 : percentile(latencies, 0.5),
      };
    },
    async close() {
      await intake.stop();
      await workers.stop();
      await queue.close();
      await place.close();
    },
  };
});
