// Which doorbell: Redis where it is set, else the one of this process.

import type { Logger } from "../base/logger.ts";
import type { Queue } from "./contract.ts";
import { createEmbeddedQueue } from "./embedded.ts";
import { createRedisQueue } from "./redis.ts";

export interface QueueSettings {
  readonly redisUrl?: string | undefined;
  readonly clusterNodes?: readonly string[] | undefined;
  readonly log: Logger;
}

/** Bells kept in memory by the embedded queue. What is beyond is a row, and the sweeper rings for it. */
const maxWaiting = 1_000;

/** Does not wait for Redis: a queue that is down refuses with `QueueUnavailable` and recovers by itself. */
export function openQueue(settings: QueueSettings): Queue {
  const { redisUrl, clusterNodes, log } = settings;
  if (redisUrl === undefined && (clusterNodes ?? []).length === 0)
    return createEmbeddedQueue({ maxWaiting, log });
  return createRedisQueue({ url: redisUrl, clusterNodes, log });
}
