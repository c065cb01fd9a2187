// The floor: node:http that reads the event and stores nothing.

import { messageFrom } from "../../harness/doors.mjs";
import { startDriver } from "../../harness/http-driver.mjs";
import { openJsonDoor } from "../../harness/json-door.mjs";

export async function openSubject() {
  const driver = await startDriver();
  return {
    async measure({ perSecond, seconds, mentionsAgent }) {
      const door = await openJsonDoor(() => Promise.resolve());
      const bodies = Array.from({ length: perSecond * seconds }, (_, place) =>
        JSON.stringify(messageFrom(`t${place}`, { mentionsAgent })),
      );

      const figures = await driver.ask({ url: door.url, perSecond, bodies });

      await door.close();
      return figures;
    },
    close: () => driver.close(),
  };
}
