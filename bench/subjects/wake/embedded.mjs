// Message to segment, in one process with the embedded doorbell.

import { askInTurn } from "../../harness/ask-in-turn.mjs";
import { messageFrom, openDoorbell, openDoors, openWorkers, settleAtOnce } from "../../harness/doors.mjs";
import { machineNow, msBetween } from "../../harness/machine-clock.mjs";
import { openPlace } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  const place = await openPlace(scratch.nextFile(""));
  const queue = openDoorbell(undefined);
  let began = () => undefined;
  const workers = await openWorkers(place, queue, async (segment) => {
    began(machineNow());
    return settleAtOnce(place.store, segment);
  });
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
      await workers.stop();
      await queue.close();
      await place.close();
      await scratch.remove();
    },
  };
}
