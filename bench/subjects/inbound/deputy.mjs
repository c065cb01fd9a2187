// The product's intake behind node:http: the answer comes after the commit. Nobody works on the runs that are started.

import path from "node:path";
import { countRows } from "../../harness/count-rows.mjs";
import { messageFrom, openDoorbell, openDoors } from "../../harness/doors.mjs";
import { startDriver } from "../../harness/http-driver.mjs";
import { openJsonDoor } from "../../harness/json-door.mjs";
import { openPlace } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  const driver = await startDriver();
  let name = 0;
  return {
    async measure({ perSecond, seconds, mentionsAgent }) {
      const place = await openPlace(scratch.nextFile(""));
      const queue = openDoorbell(undefined);
      const { intake } = openDoors(place, queue);
      const door = await openJsonDoor(intake.receive);
      const bodies = Array.from({ length: perSecond * seconds }, () => {
        name += 1;
        return JSON.stringify(messageFrom(`t${mentionsAgent ? name : name % 50}`, { mentionsAgent }));
      });

      const figures = await driver.ask({ url: door.url, perSecond, bodies });

      await door.close();
      await intake.stop();
      await queue.close();
      await place.close();
      const stored = countRows(path.join(place.folder, "deputy.db"), "inbox");
      if (stored !== bodies.length) throw new Error(`${stored} of ${bodies.length} events are in the inbox`);
      return figures;
    },
    async close() {
      await driver.close();
      await scratch.remove();
    },
  };
}
