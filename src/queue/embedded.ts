// The doorbell of a single process. Nothing in it outlives the process, and nothing has to: the rows say what runs,
// and the sweeper rings again for whatever was not kept.
//
//   EQ1  At most `maxWaiting` bells wait. A full queue gives up its least urgent bell for a more urgent one, so
//        that one person's flood cannot keep another person's first run out (I3).
//   EQ2  A handler never runs inside `ring`: whoever rings has gone on before.

import type { Logger } from "../base/logger.ts";
import { createBoundedBells } from "./bounded-bells.ts";
import type { Queue } from "./contract.ts";
import { QueueUnavailable } from "./errors.ts";
import { createHintListeners } from "./hint-listeners.ts";

export interface EmbeddedQueueOptions {
  /** Bells beyond this are left to the sweeper. */
  readonly maxWaiting: number;
  readonly log: Logger;
}

export function createEmbeddedQueue(options: EmbeddedQueueOptions): Queue {
  const hints = createHintListeners(options.log);
  const bells = createBoundedBells(options.maxWaiting);
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw new QueueUnavailable("The queue of this process is closed: it is shutting down.");
  };

  return {
    kind: "embedded",
    async ring(bell) {
      assertOpen();
      return bells.add(bell);
    },
    work(handle, workOptions) {
      bells.start(handle, workOptions);
      return { stop: () => bells.stop() };
    },
    hint: (hint) => hints.tell(hint),
    onHint: (listener) => hints.add(listener),
    depth: async () => bells.counts(),
    async ping() {
      assertOpen();
    },
    async close() {
      closed = true;
      hints.clear();
      bells.clear();
      void bells.stop();
    },
  };
}
