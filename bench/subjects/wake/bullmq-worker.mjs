// The worker's process of `bullmq.mjs`.

import { Worker } from "bullmq";
import { machineNow } from "../../harness/machine-clock.mjs";
import { serveSide } from "../../harness/side-process.mjs";

await serveSide(async ({ redisUrl }, tell) => {
  const { hostname, port } = new URL(redisUrl);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const worker = new Worker("bench", async () => tell({ at: machineNow() }), { connection, concurrency: 8 });
  await worker.waitUntilReady();
  return { close: () => worker.close() };
});
