// Connections to Redis, by what they are for, and what we say in the log when it goes and comes back.
//
//   RC1  Every connection reconnects by itself, at most a second after Redis is back, until `close`.
//   RC2  `ask` connections fail at once while Redis is away and after `answerMs` where it hangs; they queue nothing.
//   RC3  `serve` and `listen` connections keep what they were told and say it again to a Redis that is back.

import { Cluster, Redis } from "ioredis";
import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { RedisAddress } from "./redis-address.ts";

/** `ask` rings and counts, `serve` takes bells, `listen` hears hints. */
type RedisUse = "ask" | "serve" | "listen";
export type RedisClient = Redis | Cluster;

export interface RedisClients {
  open(use: RedisUse): RedisClient;
  close(): void;
}

/** How long a Redis that accepted a command may take to answer an `ask` connection. */
export const answerMs = 2_000;
/** When a connection that owes an answer is given up for a new one. Well after `answerMs`: we may be the slow ones. */
const hungMs = 5_000;
/** A `serve` connection is quiet for longer: a blocking read takes up to ten seconds. */
const quietMs = 15_000;

export function createRedisClients(address: RedisAddress, log: Logger): RedisClients {
  const opened: RedisClient[] = [];
  let closing = false;
  // Also ends the connections that BullMQ made as copies of ours: they share this function.
  const retryStrategy = (attempt: number): number | null =>
    closing ? null : Math.min(25 * 2 ** Math.min(attempt, 8), 1_000);
  return {
    open(use) {
      const client = connect(address, use, retryStrategy);
      watch(client, use, log);
      opened.push(client);
      return client;
    },
    close() {
      closing = true;
      for (const client of opened) client.disconnect();
    },
  };
}

function connect(
  address: RedisAddress,
  use: RedisUse,
  retryStrategy: (attempt: number) => number | null,
): RedisClient {
  const options = { connectionName: `deputy:${use}`, ...patience[use] };
  const enableOfflineQueue = use !== "ask";
  if (address.kind === "server") {
    return new Redis(address.url, { ...options, enableOfflineQueue, retryStrategy });
  }
  return new Cluster([...address.nodes], {
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    ...(use === "ask" ? { maxRedirections: 4 } : {}),
    redisOptions: {
      ...options,
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(address.tls ? { tls: {} } : {}),
    },
  });
}

const patience = {
  ask: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, socketTimeout: hungMs },
  serve: { maxRetriesPerRequest: null, socketTimeout: quietMs },
  listen: { maxRetriesPerRequest: null },
} as const;

/** Resolves when the first attempt to connect has succeeded or failed, or hangs. */
export function firstAttempt(client: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => setImmediate(done), answerMs);
    for (const event of ["ready", "error", "close"]) client.once(event, done);
  });
}

/** One line when Redis goes and one when it is back, not one per attempt. */
function watch(client: RedisClient, use: RedisUse, log: Logger): void {
  let away = false;
  client.on("error", (error: unknown) => {
    if (!away)
      log.warn("Redis is out of reach; trying again until it is back.", { use, error: errorText(error) });
    away = true;
  });
  client.on("ready", () => {
    if (away) log.info("Redis is back.", { use });
    away = false;
  });
}
