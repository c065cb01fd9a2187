// The doorbell on a real cluster of three nodes (RQ4), and on one that loses the node that holds the bells.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Hint } from "../../src/domain/bell.ts";
import { asRunId } from "../../src/domain/ids.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";
import { aBell, queueContract } from "../contracts/queue-contract.ts";
import { type RedisCluster, startRedisCluster } from "../servers/redis-cluster.ts";

describe("queue/redis: a cluster of three nodes", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  queueContract("redis cluster of three nodes", async () => {
    await cluster.flushAll();
    return createRedisQueue({ clusterNodes: cluster.nodes, log: silentLogger });
  });

  it("RQ4: all keys are in one slot, and so on one node", async () => {
    await cluster.flushAll();
    const queue = createRedisQueue({ clusterNodes: cluster.nodes.slice(0, 1), log: silentLogger });
    for (const run of ["run_a", "run_b", "run_c"]) await queue.ring(aBell(run));

    const byNode = [...(await cluster.keys("*")).values()].filter((keys) => keys.length > 0);
    await queue.close();

    expect(byNode).toHaveLength(1);
    expect(byNode[0]?.every((key) => key.startsWith("{deputy}:bells:"))).toBe(true);
  });

  it("tells a hint to processes that are connected to other nodes", async () => {
    const queues = cluster.nodes.map((node) => createRedisQueue({ clusterNodes: [node], log: silentLogger }));
    const heard = queues.map((): Hint[] => []);
    queues.forEach((queue, index) => queue.onHint((hint) => heard[index]?.push(hint)));
    const hint: Hint = { kind: "stop", run: asRunId("run_a") };

    await vi.waitFor(() => {
      queues[0]?.hint(hint);
      expect(heard.every((hints) => hints.length > 0)).toBe(true);
    });
    await Promise.all(queues.map((queue) => queue.close()));

    expect(heard.map(([first]) => first)).toEqual([hint, hint, hint]);
  });
});

describe("queue/redis: a cluster that loses a node", () => {
  let cluster: RedisCluster;
  const opened: Queue[] = [];
  const open = (): Queue => {
    const queue = createRedisQueue({ clusterNodes: cluster.nodes, log: silentLogger });
    opened.push(queue);
    return queue;
  };
  beforeAll(async () => {
    cluster = await startRedisCluster({ replicas: true });
  });
  afterEach(() => Promise.all(opened.splice(0).map((queue) => queue.close())));
  afterAll(() => cluster.stop());

  it("RQ3: takes, hands out and hints again when a replica serves the bells' slot", async () => {
    const [one, other] = [open(), open()];
    const seen: string[] = [];
    const heard: Hint[] = [];
    other.onHint((hint) => heard.push(hint));
    other.work(async (bell) => void seen.push(bell.run), {
      concurrency: 1,
      onError: (error) => {
        throw error;
      },
    });
    await one.ring(aBell("run_a"));
    await vi.waitFor(() => expect(seen).toEqual(["run_a"]));

    await cluster.killOwnerOf("{deputy}");
    await vi.waitFor(() => one.ring(aBell("run_b")).then(() => undefined), { interval: 50 });

    await vi.waitFor(() => expect(seen).toContain("run_b"));
    await vi.waitFor(
      () => {
        one.hint({ kind: "outbox" });
        expect(heard.length).toBeGreaterThan(0);
      },
      { interval: 50 },
    );
  }, 60_000);
});
