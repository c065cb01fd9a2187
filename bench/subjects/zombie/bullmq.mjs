// A bare BullMQ worker that is frozen past its lock and thawed while another one has its jobs.

import { openStage } from "../../harness/comparator-chaos.mjs";
import { effectTasks } from "../../harness/effect-tasks.mjs";
import { wakeZombie } from "../../harness/wake-zombie.mjs";

const worker = new URL("../effects/bullmq-worker.mjs", import.meta.url);
let queues = 0;

export async function openSubject({ redisUrl }) {
  return {
    measure: ({ effects }) => {
      queues += 1;
      const queue = `zombie-${process.pid}-${queues}`;
      return wakeZombie({
        open: (world) => openStage(worker, { redisUrl, queue }, world, 2),
        makeTasks: () => effectTasks({ tasks: 6, effects, kinds: ["plain"] }),
        beforeThaw: () => Promise.resolve(undefined),
      });
    },
  };
}
