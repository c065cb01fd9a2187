// The workers' process over Redis: tells when a segment begins, and parks its run again.

import { openDoorbell, openWorkers, parkOnQuestion } from "../../harness/doors.mjs";
import { machineNow } from "../../harness/machine-clock.mjs";
import { openPlace } from "../../harness/product.mjs";
import { serveSide } from "../../harness/side-process.mjs";

await serveSide(async ({ folder, redisUrl }, tell) => {
  const place = await openPlace(folder);
  const queue = openDoorbell(redisUrl);
  const workers = await openWorkers(place, queue, (segment) => {
    tell({ at: machineNow() });
    return parkOnQuestion(place.store, segment);
  });
  return {
    async close() {
      await workers.stop();
      await queue.close();
      await place.close();
    },
  };
});
