// Bare BullMQ with its defaults: two workers, locks of 30 seconds.

import { openStage } from "../../harness/comparator-chaos.mjs";
import { effectTasks } from "../../harness/effect-tasks.mjs";
import { timeTakeovers } from "../../harness/time-takeover.mjs";

const worker = new URL("../effects/bullmq-worker.mjs", import.meta.url);
let queues = 0;

export async function openSubject({ redisUrl }) {
  return {
    measure: ({ slowKills, effects }) => {
      queues += 1;
      const queue = `takeover-${process.pid}-${queues}`;
      return timeTakeovers({
        kills: slowKills,
        giveUpMs: 120_000,
        open: (world) => openStage(worker, { redisUrl, queue, defaults: true }, world, 2),
        makeTasks: () => effectTasks({ tasks: 3, effects, kinds: ["plain"] }),
      });
    },
  };
}
