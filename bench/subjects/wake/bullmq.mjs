// A bare BullMQ job on the same Redis: added in this process, begun in another one. Nothing is stored anywhere else.

import { Queue } from "bullmq";
import { askInTurn } from "../../harness/ask-in-turn.mjs";
import { machineNow, msBetween } from "../../harness/machine-clock.mjs";
import { startSide } from "../../harness/side-process.mjs";

export async function openSubject({ redisUrl }) {
  let began = () => undefined;
  const workers = await startSide(new URL("./bullmq-worker.mjs", import.meta.url), { redisUrl }, ({ at }) =>
    began(at),
  );
  const { hostname, port } = new URL(redisUrl);
  const queue = new Queue("bench", { connection: { host: hostname, port: Number(port) } });
  await queue.waitUntilReady();
  return {
    measure: ({ messages }) =>
      askInTurn(messages, async (name) => {
        const started = new Promise((resolve) => {
          began = resolve;
        });
        const sent = machineNow();
        await queue.add("job", { name }, { removeOnComplete: true, removeOnFail: true });
        return msBetween(sent, await started);
      }),
    async close() {
      await workers.close();
      await queue.close();
    },
  };
}
