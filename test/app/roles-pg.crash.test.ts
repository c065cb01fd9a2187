// Doors and workers as processes of their own that share Postgres and Redis.

import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { describeHandover } from "./fleet-contract.ts";

describe.runIf(postgresIsInstalled())("app: roles on Postgres and Redis", () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let fleet: Fleet;
  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedisServer(), startPostgresServer()]);
  });
  afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
  beforeEach(async () => {
    await redis.flushAll();
    fleet = await startFleet({ REDIS_URL: redis.url, DATABASE_URL: await postgres.createDatabase() });
  });
  afterEach(() => fleet.stop());

  describeHandover(() => fleet);
});
