// Two web and four worker processes on Postgres, Redis and one folder, killed at random under load: whatever Slack was told 200
// for has its run, each run its one result, and nothing is said or done twice (I1, I2, I4, I8).
//
// DEPUTY_FLEET_SECONDS says how long, DEPUTY_FLEET_EVENTS how many events the second case sends; DEPUTY_TEST_SEED repeats a run.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pauseMs } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Run } from "../../src/domain/run.ts";
import type { Step } from "../../src/domain/step.ts";
import type { Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { settingsOf } from "../app/product.ts";
import { kindOf, wordsOf } from "../app/slack-product.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { type ManyOptions, type ManyProcesses, startMany } from "./many-processes.ts";
import { type RoundRobin, startRoundRobin } from "./round-robin.ts";
import { chances } from "./seed.ts";
import { type Story, storyModel } from "./story-model.ts";

const seconds = Number(process.env["DEPUTY_FLEET_SECONDS"] ?? 20);
const events = Number(process.env["DEPUTY_FLEET_EVENTS"] ?? 120);
const askEveryMs = 400;
const channels = Array.from({ length: 12 }, (_none, n) => `C0LOAD${n}`);
/** What is left when the kills end: leases, a post that was cut off, a channel's one message a second. */
const patienceMs = 300_000;

describe.runIf(postgresIsInstalled())("crash: many processes", () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedisServer(), startPostgresServer()]);
  });
  afterAll(() => Promise.all([redis?.stop(), postgres?.stop()]));

  let folder: string;
  let model: FakeOpenAi;
  let slack: FakeSlack;
  let balancer: RoundRobin;
  let store: Store;
  let processes: ManyProcesses | undefined;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-many-"));
    model = await startFakeOpenAi();
    slack = await startFakeSlack({
      retryDelays: [0, 300, 700, 1_500, ...Array.from({ length: 100 }, () => 3_000)],
    });
    for (const id of channels) slack.addChannel(id, "channel", [ids.bot, ids.ana, ids.bo, ids.cem]);
    balancer = await startRoundRobin();
    slack.deliverTo(`${balancer.url}/slack/events`);
    const databaseUrl = await postgres.createDatabase();
    store = await createPostgresStore({ url: databaseUrl });
    await redis.flushAll();
    env = {
      ...settingsOf(folder, model),
      DEPUTY_LOG_LEVEL: "info",
      DATABASE_URL: databaseUrl,
      DEPUTY_MASTER_KEY: Buffer.alloc(32, 9).toString("base64"),
      REDIS_URL: redis.url,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
    };
  });
  afterEach(async () => {
    await processes?.stop();
    processes = undefined;
    await store.close();
    await Promise.all([slack.close(), model.close(), balancer.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (count: ManyOptions["count"], gapMs: number): Promise<ManyProcesses> => {
    processes = await startMany({ env, count, gapMs, ready: (name, url) => balancer.put(name, url) });
    return processes;
  };
  const ask = async (n: number, mark: string): Promise<FakeMessage> => {
    const person = [ids.ana, ids.bo, ids.cem][n % 3] ?? ids.ana;
    return slack.person(person).mentions(channels[n % channels.length] ?? "", `Please do ${mark}`);
  };
  const runs = (): Promise<Run[]> => store.read((tx) => tx.runs.list({ limit: 10_000 }));

  it(
    `I1 I2 I4 I8: ${seconds} seconds of kills lose and repeat nothing`,
    async () => {
      const random = chances("fleet");
      const stories = Array.from({ length: Math.ceil((seconds * 1_000) / askEveryMs) }, (_none, n) =>
        storyOf(n),
      );
      const tell = storyModel(stories);
      model.answerBy((body) => {
        const answer = tell(body);
        return answer && { ...answer, after: pauseMs(50 + 350 * random()) };
      });
      const many = await start({ web: 2, worker: 4 }, 2_000);
      const over = new AbortController();
      const killing = many.killAtRandom(random, over.signal);
      const asking: Promise<FakeMessage>[] = [];
      for (const [n, { mark }] of stories.entries()) {
        asking.push(ask(n, mark));
        await pauseMs(askEveryMs);
      }
      over.abort();
      const killed = await killing;
      const asked = await Promise.all(asking);
      await deliveriesEnd();

      await expect
        .poll(
          async () => ({
            open: (await runs()).filter(({ state }) => state !== "done").length,
            unsaid: await unsaid(),
          }),
          {
            timeout: patienceMs,
            interval: 500,
          },
        )
        .toEqual({ open: 0, unsaid: 0 });
      process.stdout.write(`many processes: ${JSON.stringify(killed)} killed, ${asked.length} asked\n`);

      const all = await runs();
      for (const [n, message] of asked.entries()) {
        const mark = stories[n]?.mark ?? "";
        const own = all.filter(({ goal }) => goal.includes(mark));
        const results = slack
          .thread(message.channel, message.ts)
          .filter((one) => kindOf(one) === "result")
          .map(wordsOf);
        expect({ mark, runs: own.length, results: results.length }).toEqual({
          mark,
          runs: 1,
          results: 1,
        });
        for (const words of results) expect(words).toContain(`Done with ${mark}`);
      }
      expect(stories.filter(({ mark }) => !gotThrough(mark))).toEqual([]); // Slack tries long enough here
      expect(twice(slack.botMessages().map(keyOf))).toEqual([]);
      for (const run of all) expectWholeJournal(run, await store.read((tx) => tx.steps.list(run.id, 0)));
    },
    seconds * 1_000 + 2 * patienceMs + 120_000,
  );

  it(
    `I1: of ${events} events every one that got its 200 has its run, once`,
    async () => {
      const random = chances("events");
      const many = await start({ web: 2, worker: 0 }, 1_500);
      const over = new AbortController();
      const killing = many.killAtRandom(random, over.signal);
      const marks = Array.from({ length: events }, (_none, n) => `event-${String(n).padStart(5, "0")}.`);
      const left = [...marks.entries()];
      const half = Math.floor(left.length / 2);
      const sender = async (): Promise<void> => {
        for (let next = left.shift(); next; next = left.shift()) {
          // On a fast machine all would be sent before anybody is killed.
          if (left.length <= half) await vi.waitUntil(() => many.killed.web > 0);
          await ask(...next);
        }
      };
      await Promise.all(Array.from({ length: 16 }, sender));
      over.abort();
      const killed = await killing;
      await deliveriesEnd();
      const acknowledged = marks.filter(gotThrough);
      process.stdout.write(
        `events: ${JSON.stringify(killed)} killed, ${acknowledged.length} of ${events} got their 200\n`,
      );

      const runsOf = async (): Promise<ReadonlyMap<string, number>> => {
        const goals = (await runs()).map(({ goal }) => /event-\d{5}\./.exec(goal)?.[0] ?? "");
        return new Map(marks.map((mark) => [mark, goals.filter((found) => found === mark).length]));
      };
      await expect
        .poll(
          async () => {
            const found = await runsOf();
            return acknowledged.filter((mark) => found.get(mark) !== 1);
          },
          { timeout: patienceMs, interval: 500 },
        )
        .toEqual([]);
      expect([...(await runsOf()).values()].filter((count) => count > 1)).toEqual([]);
      expect(acknowledged).toEqual(marks); // Slack tries long enough here
      expect(killed.web).toBeGreaterThan(0);
    },
    events * 500 + patienceMs + 120_000,
  );

  /** Retries included. */
  async function deliveriesEnd(): Promise<void> {
    await expect
      .poll(() => slack.deliveries.filter(({ state }) => state === "under way").length, {
        timeout: patienceMs,
        interval: 250,
      })
      .toBe(0);
  }

  /** Slack was told 200 for a delivery of the message. */
  function gotThrough(mark: string): boolean {
    return slack.deliveries.some(
      ({ state, payload }) => state === "acknowledged" && JSON.stringify(payload).includes(mark),
    );
  }

  /** What people are still to see, now or later. */
  function unsaid(): Promise<number> {
    return store.read((tx) => tx.outbox.countDue(Date.now() + 3_600_000));
  }
});

function storyOf(n: number): Story {
  const mark = `task-${String(n).padStart(4, "0")}.`;
  const steps = ["One", "Two", "Three"].map((text) => ({ text, state: "todo" }));
  const file = `${mark}md`;
  return {
    mark,
    calls: [
      ["set_plan", { title: `Plan of ${mark}`, steps }],
      ["write_file", { path: file, content: `Text of ${mark}` }],
      ["read_file", { path: file }],
      ["finish", { summary: `Done with ${mark}`, ...(n % 4 === 0 ? { files: [file] } : {}) }],
    ],
  };
}

/** Of a message that has one; uploads have none. */
function keyOf({ metadata }: FakeMessage): string | undefined {
  const payload = metadata?.["event_payload"];
  if (typeof payload !== "object" || payload === null || !("key" in payload)) return undefined;
  return `${String(payload.key)}`;
}

function twice(keys: readonly (string | undefined)[]): string[] {
  const known = keys.filter((key) => key !== undefined);
  return known.filter((key, at) => known.indexOf(key) !== at);
}

function expectWholeJournal(run: Run, steps: readonly Step[]): void {
  expect(steps.map(({ n }) => n)).toEqual(steps.map((_step, n) => n));
  expect(steps.filter(({ state }) => state !== "done")).toEqual([]);
  expect(run.cursor).toBe(steps.length);
  expect(twice(steps.map(({ callId }) => callId))).toEqual([]);
}
