// Message to segment over Redis: the doors in this process, the workers in another one, one SQLite file under both.

import { askInTurn } from "../../harness/ask-in-turn.mjs";
import { messageFrom, openDoorbell, openDoors } from "../../harness/doors.mjs";
import { machineNow, msBetween } from "../../harness/machine-clock.mjs";
import { openPlace } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { startSide } from "../../harness/side-process.mjs";

export async function openSubject({ redisUrl }) {
  const scratch = await makeScratch();
  const folder = scratch.nextFile("");
  const place = await openPlace(folder);
  let began = () => undefined;
  const workers = await startSide(
    new URL("./redis-worker.mjs", import.meta.url),
    { folder, redisUrl },
    ({ at }) => began(at),
  );
  const queue = openDoorbell(redisUrl);
  await queue.ping();
  const { intake } = openDoors(place, queue);
  return {
    measure: ({ messages }) =>
      askInTurn(messages, async (name) => {
        const started = new Promise((resolve) => {
          began = resolve;
        });
        const sent = machineNow();
        await intake.receive(messageFrom(name, { mentionsAgent: true }));
        return msBetween(sent, await started);
      }),
    async close() {
      await intake.stop();
      await workers.close();
      await queue.close();
      await place.close();
      await scratch.remove();
    },
  };
}
