// Postgres taken away from under the product: restarted, and its connections cut while a COMMIT is on its way, so that nobody
// knows its fate. Outcome: the runs go on by themselves, what was committed is read from its rows, and nothing is done twice.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PostgresServer } from "../servers/postgres.ts";
import { startPostgresServer } from "../servers/postgres.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { startTcpProxy } from "../servers/tcp-proxy.ts";
import { build, type Staged } from "./act-out.ts";
import { postsOf, rowsOf } from "./outcome.ts";
import { openShared, type Profile } from "./profiles.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { chances } from "./seed.ts";

const jobs = 6;

describe("crash: Postgres lost", () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgresServer(), startRedisServer()]);
  });
  afterAll(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  it("I4 I7: is restarted under load: all runs go on, nothing is lost or doubled", async () => {
    const scenario = manyJobs();
    const set = await build(profileOn(postgres, redis), scenario);
    try {
      const life = set.start();
      await life.until("ready");
      for (let times = 1; times <= 2; times += 1) {
        await expect.poll(() => set.world.calls.length, { timeout: 60_000 }).toBeGreaterThan(times * 3);
        await postgres.kill();
        await wait(500); // as long as it is away
        await postgres.restart();
      }
      await life.until("over");
      await life.kill();

      await expectOnce(set, scenario);
    } finally {
      await set.close();
    }
  });

  it("I4 I5: a connection cut during COMMIT leaves nothing lost or doubled, whatever became of it", async () => {
    const scenario = manyJobs();
    const random = chances("postgres cut");
    const set = await build(profileOn(postgres, redis), scenario);
    const url = new URL(set.env["DATABASE_URL"] ?? "");
    const proxy = await startTcpProxy(Number(url.port));
    url.port = `${proxy.port}`;
    const cut = { lost: 0, unanswered: 0 };
    try {
      const life = set.start({ env: { ...set.env, DATABASE_URL: url.href } });
      await life.until("ready");
      proxy.judge((piece) => {
        if (!/commit/i.test(piece.toString("latin1")) || random() > 0.08) return "pass";
        const passage = random() < 0.5 ? "lost" : "unanswered";
        cut[passage] += 1;
        return passage;
      });
      await expect.poll(() => cut.lost + cut.unanswered, { timeout: 120_000 }).toBeGreaterThanOrEqual(12);
      proxy.judge(() => "pass");
      await life.until("over");
      await life.kill();

      await expectOnce(set, scenario);
    } finally {
      await proxy.close();
      await set.close();
    }
  });
});

let databases = 1;

function profileOn(postgres: PostgresServer, redis: RedisServer): Profile {
  return openShared(async () => ({
    DATABASE_URL: await postgres.createDatabase(),
    DEPUTY_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"),
    REDIS_URL: `${redis.url}/${(databases += 1)}`,
  }));
}

function manyJobs(): Scenario {
  const kinds = scenarios.find(({ name }) => name === "acts of all kinds outside");
  if (!kinds) throw new Error("There is no such scenario");
  const marks = Array.from({ length: jobs }, (_, n) => `manyjobs${n}x`);
  return {
    ...kinds,
    env: { DEPUTY_LEASE_MS: "3000" }, // a segment that loses the database leaves its run to the end of the lease
    threads: marks.map((mark, place) => ({ who: place % 3, asks: `@deputy do the ${mark}` })),
    stories: marks.map((mark) => ({
      mark,
      calls: [
        ["look_up", { what: `slow ${mark}` }],
        ["send_keyed", { what: mark }],
        ["look_up", { what: `slow again ${mark}` }],
        ["send_askable", { what: mark }],
        ["send_once", { what: mark }],
        ["finish", { summary: "All sent.", files: [] }],
      ],
    })),
    outside: marks.flatMap(
      (mark) =>
        [
          ["keyed", mark],
          ["askable", mark],
          ["once", mark],
        ] as const,
    ),
  };
}

async function expectOnce(set: Staged, scenario: Scenario): Promise<void> {
  const rows = await rowsOf(set);
  const posts = await postsOf(set);
  const times = scenario.outside.map(([kind, what]) => `${kind} ${what} ${set.world.times(kind, what)}`);

  expect(rows.map(({ run }) => `${run.state} ${run.outcome?.code}`)).toEqual(
    scenario.threads.map(() => "done done"),
  );
  expect(times).toEqual(scenario.outside.map(([kind, what]) => `${kind} ${what} 1`));
  expect(posts.filter(({ kind }) => kind === "result")).toHaveLength(scenario.threads.length);
}
