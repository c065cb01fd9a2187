// The doorbell of many processes: BullMQ on Redis, used for nothing but ringing (design 9).
//
// Owns: bells in Redis. Does not own: truth. Redis may be emptied, killed or frozen at any time.
//
//   RQ1  A job never fails, retries or waits for a time: `attempts` is 1, it is removed when its handler has settled,
//        and `maxStalledCount` is out of reach.
//   RQ2  A dead worker's job stays `active` until its lock has run out; until then Redis takes no second bell of that
//        name. A run that was claimed is not held up by that: the claim raised its segment number, so the bell after the
//        takeover has a new name, and the old one, once BullMQ hands it out again, finds a segment that is over. Who died
//        between taking a bell and claiming its run holds that one run up, for the lock and two looks: five seconds.
//        So locks are short. Losing one alive costs nothing: the second bell finds the run claimed.
//   RQ3  While Redis is away `ring` rejects at once, and where it hangs after `answerMs`; workers wait, hints stay in
//        the process. All of them go on by themselves when it is back. No Redis error ends the process.
//   RQ4  All keys share the hash tag `{deputy}`: one slot of a Redis Cluster.

import { Queue as BullQueue, type JobsOptions } from "bullmq";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { type Bell, bellId } from "../domain/bell.ts";
import { answerWithin } from "./answer-within.ts";
import type { Queue, Ringing } from "./contract.ts";
import { QueueUnavailable } from "./errors.ts";
import { parseRedisAddress, type RedisAddressOptions } from "./redis-address.ts";
import { answerMs, createRedisClients, firstAttempt, type RedisClient } from "./redis-clients.ts";
import { createRedisHints } from "./redis-hints.ts";
import { startRedisWorker } from "./redis-worker.ts";

export interface RedisQueueOptions extends RedisAddressOptions {
  readonly log: Logger;
}

const queueName = "bells";
const prefix = "{deputy}";
/** BullMQ's lowest urgency. */
const maxPriority = 2_097_151;

/** Does not wait for Redis. Throws `BadRedisAddress`. */
export function createRedisQueue(options: RedisQueueOptions): Queue {
  const { log } = options;
  const clients = createRedisClients(parseRedisAddress(options), log);
  const asker = clients.open("ask");
  const tried = firstAttempt(asker);
  const bells = openBells(asker, log);
  const hints = createRedisHints({
    clients,
    speaker: asker,
    channel: `${prefix}:hints:${database(asker)}`,
    log,
  });
  let ringing: Ringing | undefined;
  let closed = false;

  const ask = async <T>(what: string, question: () => Promise<T>): Promise<T> => {
    if (closed) throw new QueueUnavailable(`${what} was refused: the queue of this process is closed.`);
    await tried;
    return inTime(what, question());
  };
  const ring = async (bell: Bell): Promise<boolean> => {
    await ask(`Ringing for run ${bell.run}`, () => bells.add("segment", bell, jobOptions(bell)));
    return true;
  };

  return {
    kind: "redis",
    ring,
    work(handle, workOptions) {
      ringing = startRedisWorker({
        queueName,
        prefix,
        connection: clients.open("serve"),
        handle,
        log,
        ...workOptions,
      });
      return ringing;
    },
    hint: (hint) => hints.tell(hint),
    onHint: (listener) => hints.add(listener),
    depth: () => ask("Counting bells", () => countBells(bells)),
    async ping() {
      await ask("Reaching Redis", () => asker.ping());
    },
    async close() {
      if (closed) return;
      closed = true;
      hints.clear();
      const ended = Promise.all([ringing?.stop(), bells.close()]);
      await answerWithin(answerMs, ended).catch((error: unknown) => {
        log.debug("The queue was closed before it had come to rest.", { error: errorText(error) });
      });
      clients.close();
    },
  };
}

async function inTime<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answerWithin(answerMs, answer);
  } catch (error) {
    const message = `${what} failed: Redis did not take it. It is asked again when it is back.`;
    throw new QueueUnavailable(message, error);
  }
}

/** Without the version check, which would wait for Redis and print to the console. */
function openBells(connection: RedisClient, log: Logger): BullQueue {
  const bells = new BullQueue(queueName, {
    connection,
    prefix,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
  });
  bells.on("error", (error) => log.debug("The queue's connection failed.", { error: errorText(error) }));
  return bells;
}

function jobOptions(bell: Bell): JobsOptions {
  return {
    jobId: bellId(bell),
    priority: Math.min(Math.max(Math.trunc(bell.priority), 0), maxPriority),
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
  };
}

async function countBells(bells: BullQueue): Promise<{ readonly waiting: number; readonly active: number }> {
  const { active = 0, ...others } = await bells.getJobCounts("wait", "prioritized", "delayed", "active");
  return { waiting: Object.values(others).reduce((sum, count) => sum + count, 0), active };
}

/** Pub/sub knows no databases: the number keeps two installations on one Redis apart. */
function database(client: RedisClient): number {
  return "db" in client.options ? (client.options.db ?? 0) : 0;
}
