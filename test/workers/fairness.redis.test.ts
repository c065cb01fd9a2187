import { afterAll, beforeAll } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";
import { fairnessContract } from "../contracts/fairness-contract.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

fairnessContract("redis", async () => {
  await server.flushAll();
  return createRedisQueue({ url: server.url, log: silentLogger });
});
