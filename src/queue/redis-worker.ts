// Takes bells from Redis and hands them out. BullMQ's retries, stalls and delays are all turned off or out of reach.

import { type Job, Worker } from "bullmq";
import { z } from "zod";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { asRunId } from "../domain/ids.ts";
import { answerWithin } from "./answer-within.ts";
import type { BellHandler, Ringing, WorkOptions } from "./contract.ts";
import type { RedisClient } from "./redis-clients.ts";

export interface RedisWorkerDeps extends WorkOptions {
  readonly queueName: string;
  readonly prefix: string;
  /** A `serve` connection; `stop` ends it. */
  readonly connection: RedisClient;
  readonly handle: BellHandler;
  readonly log: Logger;
}

/** A dead worker's job counts as active for at most its lock and two looks. */
const lockMs = 3_000;
const stalledLookMs = 1_000;
/** How long `stop` waits for a Redis that does not answer. */
const goodbyeMs = 2_000;

const StoredBell = z.object({
  run: z.string().transform(asRunId),
  segment: z.number().int(),
  priority: z.number().int(),
});

export function startRedisWorker(deps: RedisWorkerDeps): Ringing {
  const { connection, log } = deps;
  const running = new Set<Promise<void>>();
  let stopping: Promise<void> | undefined;

  const take = async (job: Job<unknown>): Promise<void> => {
    if (stopping !== undefined) return; // fetched while stopping: the sweeper rings again, elsewhere
    const handled = handleBell(job.data, deps);
    running.add(handled);
    await handled;
    running.delete(handled);
  };
  const worker = new Worker<unknown>(deps.queueName, take, {
    connection,
    prefix: deps.prefix,
    concurrency: deps.concurrency,
    skipVersionCheck: true,
    maxStalledCount: 1_000_000_000,
    lockDuration: lockMs,
    stalledInterval: stalledLookMs,
    runRetryDelay: 500,
  });
  worker.on("error", (error) => {
    const level = connection.status === "ready" ? "warn" : "debug";
    log[level]("Redis refused the queue worker a step; going on.", { error: errorText(error) });
  });

  const stop = async (): Promise<void> => {
    await worker.pause(true);
    await Promise.all(running);
    // Without force it waits for a blocking read to end, which it never does on a connection that is down.
    const closing = worker.close(connection.status !== "ready");
    await answerWithin(goodbyeMs, closing).catch((error: unknown) => {
      log.debug("The queue worker stopped without Redis.", { error: errorText(error) });
    });
    connection.disconnect();
  };
  return {
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Never rejects: a bell ends with its handler, whatever the handler did (Q4). */
async function handleBell(data: unknown, deps: RedisWorkerDeps): Promise<void> {
  try {
    await deps.handle(StoredBell.parse(data));
  } catch (error) {
    deps.onError(error);
  }
}
