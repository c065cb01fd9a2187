// Takes one bell from Redis, says so, and does nothing more: the process that is killed between taking and claiming.

import { silentLogger } from "../../src/base/logger.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";

const queue = createRedisQueue({ url: process.argv[2], log: silentLogger });
const handle = async (): Promise<void> => {
  process.stdout.write("taken\n");
  await new Promise(() => undefined);
};
queue.work(handle, { concurrency: 1, onError: () => undefined });
