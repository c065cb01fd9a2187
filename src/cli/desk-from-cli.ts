// A desk for commands that change something: the rows are written here, the server beside it obeys (design 9).

import { openConfiguredQueue } from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import { noFailpoints } from "../base/failpoints.ts";
import { createDesk, type Desk } from "../gateway/desk.ts";
import type { Rows } from "./open-rows.ts";

export async function withDesk<T>({ config, store, log }: Rows, act: (desk: Desk) => Promise<T>): Promise<T> {
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
    return await act(desk);
  } finally {
    await queue.close();
  }
}
