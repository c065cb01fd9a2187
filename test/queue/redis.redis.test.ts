import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bell, Hint } from "../../src/domain/bell.ts";
import { asRunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { QueueUnavailable } from "../../src/queue/errors.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";
import { answerMs } from "../../src/queue/redis-clients.ts";
import { aBell, queueContract } from "../contracts/queue-contract.ts";
import { createGate, type Gate } from "../fakes/gate.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";

let server: RedisServer;
let cluster: RedisServer;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisServer({ cluster: true })]);
});
afterAll(() => Promise.all([server.stop(), cluster.stop()]));

queueContract("redis", async () => {
  await server.flushAll();
  return createRedisQueue({ url: server.url, log: silentLogger });
});

queueContract("redis cluster (RQ4)", async () => {
  await cluster.flushAll();
  return createRedisQueue({ clusterNodes: [`${cluster.host}:${cluster.port}`], log: silentLogger });
});

describe("queue/redis", () => {
  let opened: Queue[];
  let seen: string[];
  let gate: Gate;
  const open = (): Queue => {
    const queue = createRedisQueue({ url: server.url, log: silentLogger });
    opened.push(queue);
    return queue;
  };
  const note = async (bell: Bell): Promise<void> => {
    seen.push(`${bell.run}.${bell.segment}`);
  };
  const hold = async (bell: Bell): Promise<void> => {
    await note(bell);
    await gate.opened;
  };
  const workers = (concurrency: number) => ({
    concurrency,
    onError: (error: unknown): void => {
      throw error;
    },
  });
  const ringUntilTaken = (queue: Queue, bell: Bell): Promise<void> =>
    vi.waitFor(() => queue.ring(bell).then(() => undefined), { interval: 25 });

  beforeEach(async () => {
    await server.flushAll();
    opened = [];
    seen = [];
    gate = createGate();
  });
  afterEach(async () => {
    gate.open();
    await Promise.all(opened.map((queue) => queue.close()));
  });

  it("RQ1: leaves nothing of a bell in Redis once its handler has settled", async () => {
    const queue = open();
    queue.work(note, workers(1));
    await queue.ring(aBell("run_a"));

    await vi.waitFor(async () => expect(await queue.depth()).toEqual({ waiting: 0, active: 0 }));

    expect(seen).toEqual(["run_a.0"]);
    expect(await server.keys("*run_a*")).toEqual([]);
  });

  it("RQ2: a bell of the next segment passes the job that a dead worker still holds", async () => {
    const dead = open();
    dead.work(hold, workers(1));
    await dead.ring(aBell("run_a", { segment: 1 }));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.1"]));
    const alive = open();
    alive.work(note, workers(1));

    await alive.ring(aBell("run_a", { segment: 1 }));
    await alive.ring(aBell("run_a", { segment: 2 }));

    await vi.waitFor(() => expect(seen).toEqual(["run_a.1", "run_a.2"]));
    // A handler is over a moment before Redis has heard of it.
    await vi.waitFor(async () => expect(await alive.depth()).toEqual({ waiting: 0, active: 1 }));
  });

  it("RQ3: refuses at once while Redis is down, and takes bells again when it is back", async () => {
    const queue = open();
    queue.work(note, workers(1));
    await queue.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0"]));

    await server.kill();
    const refusals = [];
    for (const ask of [
      () => queue.ring(aBell("run_b")),
      () => queue.ring(aBell("run_c")),
      () => queue.depth(),
    ])
      refusals.push(await ask().catch((error: unknown) => error));
    queue.hint({ kind: "outbox" });
    await server.restart();
    await ringUntilTaken(queue, aBell("run_d"));

    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(QueueUnavailable);
      // Nobody waited for an answer in vain.
      const cause = { message: expect.not.stringContaining("no answer within") };
      expect(refusal).toMatchObject({ retry: { kind: "backoff" }, cause });
    }
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0", "run_d.0"]));
  });

  it("RQ3: refuses within a few seconds while Redis hangs, and takes bells again when it answers", async () => {
    const queue = open();
    queue.work(note, workers(1));
    await queue.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0"]));

    server.freeze();
    const refusal = await queue.ring(aBell("run_b")).catch((error: unknown) => error);
    server.thaw();
    await ringUntilTaken(queue, aBell("run_c"));

    expect(refusal).toBeInstanceOf(QueueUnavailable);
    expect(refusal).toMatchObject({ cause: { message: `no answer within ${answerMs} ms` } });
    expect(answerMs).toBeLessThan(3_500);
    await vi.waitFor(() => expect(seen).toContain("run_c.0"));
  });

  it("RQ3: begins to work when Redis comes up later than the process", async () => {
    await server.kill();
    const queue = open();
    queue.onHint(() => undefined);
    queue.work(note, workers(1));
    await expect(queue.ring(aBell("run_a"))).rejects.toBeInstanceOf(QueueUnavailable);

    await server.restart();
    await ringUntilTaken(queue, aBell("run_b"));

    await vi.waitFor(() => expect(seen).toEqual(["run_b.0"]));
  });

  it("RQ3: finishes the handler and goes on when Redis is emptied meanwhile", async () => {
    const queue = open();
    const errors: unknown[] = [];
    queue.work(hold, { concurrency: 1, onError: (error) => errors.push(error) });
    await queue.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0"]));

    await server.flushAll();
    await queue.ring(aBell("run_b"));
    gate.open();

    await vi.waitFor(() => expect(seen).toEqual(["run_a.0", "run_b.0"]));
    expect(errors).toEqual([]);
  });

  it("RQ3: finishes the handler and goes on when Redis is killed meanwhile", async () => {
    const queue = open();
    queue.work(hold, workers(1));
    await queue.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0"]));

    await server.kill();
    await server.restart();
    await ringUntilTaken(queue, aBell("run_b"));
    gate.open();

    await vi.waitFor(() => expect(seen).toEqual(["run_a.0", "run_b.0"]));
  });

  it("RQ3: closes while Redis is down, and ends its connections", async () => {
    const queue = open();
    queue.onHint(() => undefined);
    queue.work(note, workers(1));
    await queue.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a.0"]));
    await server.kill();

    const before = performance.now();
    await queue.close();
    const tookMs = performance.now() - before;
    await server.restart();

    expect(tookMs).toBeLessThan(5_000);
  });

  it("tells a hint to the other processes, and to its own only once", async () => {
    const one = open();
    const other = open();
    const heard: Record<"one" | "other", Hint[]> = { one: [], other: [] };
    one.onHint((hint) => heard.one.push(hint));
    other.onHint((hint) => heard.other.push(hint));
    const hint: Hint = { kind: "stop", run: asRunId("run_a") };

    await vi.waitFor(() => {
      one.hint(hint);
      expect(heard.other.length).toBeGreaterThan(0);
    });
    const said = heard.one.length;
    other.hint({ kind: "outbox" });

    await vi.waitFor(() => expect(heard.one.at(-1)).toEqual({ kind: "outbox" }));
    expect(heard.one).toHaveLength(said + 1);
    expect(heard.other[0]).toEqual(hint);
  });

  it("hears hints again after Redis was away", async () => {
    const one = open();
    const other = open();
    const heard: Hint[] = [];
    other.onHint((hint) => heard.push(hint));

    await server.kill();
    await server.restart();

    await vi.waitFor(
      () => {
        one.hint({ kind: "outbox" });
        expect(heard.length).toBeGreaterThan(0);
      },
      { interval: 50 },
    );
  });
});
