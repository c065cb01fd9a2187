// The process of `bullmq.mjs`, here and in other cases. With `defaults` its locks are what BullMQ makes them.

import { Queue, Worker } from "bullmq";
import { act } from "../../harness/effect-world.mjs";

const { redisUrl, queue: name, worldUrl, defaults } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(redisUrl);
const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
const locks = defaults ? {} : { lockDuration: 2_000, stalledInterval: 500 };
const queue = new Queue(name, { connection });
queue.on("error", () => undefined);
const worker = new Worker(
  name,
  async (job) => {
    const { mark, names } = job.data;
    for (let next = job.data.next; next < names.length; next += 1) {
      await act(worldUrl, { kind: "plain", name: names[next] });
      await job.updateData({ ...job.data, next: next + 1 });
    }
    process.send({ done: mark });
  },
  { connection, concurrency: 8, maxStalledCount: 1_000, ...locks },
);
worker.on("error", () => undefined);

process.on("message", ({ tasks }) => {
  for (const { mark, names } of tasks)
    void queue
      .add("task", { mark, names, next: 0 }, { jobId: mark, removeOnComplete: true })
      .catch(() => undefined);
});
process.on("disconnect", () => process.exit());
await worker.waitUntilReady();
process.send({ ready: true });
