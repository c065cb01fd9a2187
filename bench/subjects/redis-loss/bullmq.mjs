// Bare BullMQ on a Redis that goes: a job per task.

import { openStage } from "../../harness/comparator-chaos.mjs";
import { effectTasks } from "../../harness/effect-tasks.mjs";
import { loseRedis } from "../../harness/lose-redis.mjs";

const worker = new URL("../effects/bullmq-worker.mjs", import.meta.url);

export async function openSubject() {
  return {
    measure: ({ how, tasks, effects }) =>
      loseRedis({
        how,
        open: (world, redisUrl) => openStage(worker, { redisUrl, queue: "loss" }, world, 2),
        makeTasks: () => effectTasks({ tasks, effects, kinds: ["plain"] }),
      }),
  };
}
