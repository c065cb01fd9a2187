// Stops a run from the command line: the row is written here, the server beside it obeys (design 9).

import { openConfiguredQueue } from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import { noFailpoints } from "../base/failpoints.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import { createDesk } from "../gateway/desk.ts";
import { stopRun } from "../gateway/stop-run.ts";
import type { Rows } from "./open-rows.ts";

/** False if it had ended already. */
export async function stopFromCli({ config, store, log }: Rows, run: Run, by: PersonKey): Promise<boolean> {
  const queue = openConfiguredQueue(config, log);
  try {
    const desk = createDesk({
      store,
      queue,
      clock: systemClock,
      failpoint: noFailpoints,
      log,
      kick: () => undefined,
      checkInMs: config.limits.checkInMs,
    });
    return await desk.decide((decision) =>
      stopRun(decision, run, { key: by, name: "an operator", kind: "member" }),
    );
  } finally {
    await queue.close();
  }
}
