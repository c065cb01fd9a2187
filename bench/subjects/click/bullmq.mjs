// A bare BullMQ job that is held back for a week and promoted by the click, begun in another process on the same Redis.

import { Queue } from "bullmq";
import { askInTurn } from "../../harness/ask-in-turn.mjs";
import { machineNow, msBetween } from "../../harness/machine-clock.mjs";
import { startSide } from "../../harness/side-process.mjs";

const weekMs = 7 * 24 * 3_600_000;
const worker = new URL("../wake/bullmq-worker.mjs", import.meta.url);

export async function openSubject({ redisUrl }) {
  let began = () => undefined;
  const workers = await startSide(worker, { redisUrl }, ({ at }) => began(at));
  const { hostname, port } = new URL(redisUrl);
  const queue = new Queue("bench", { connection: { host: hostname, port: Number(port) } });
  await queue.waitUntilReady();
  return {
    measure: ({ clicks }) =>
      askInTurn(clicks, async (name) => {
        const job = await queue.add(
          "job",
          { name },
          { delay: weekMs, removeOnComplete: true, removeOnFail: true },
        );
        const started = new Promise((resolve) => {
          began = resolve;
        });
        const sent = machineNow();
        await job.promote();
        return msBetween(sent, await started);
      }),
    async close() {
      await workers.close();
      await queue.close();
    },
  };
}
