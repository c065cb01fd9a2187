// Doors and workers as processes of their own that share Postgres and a Redis Cluster, also when the cluster loses a node.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGate } from "../fakes/gate.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { type RedisCluster, startRedisCluster } from "../servers/redis-cluster.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { describeHandover, stepsOf } from "./fleet-contract.ts";
import { finishes, uses } from "./product.ts";

describe.runIf(postgresIsInstalled())("app: roles on Postgres and a Redis Cluster", () => {
  let cluster: RedisCluster;
  let postgres: PostgresServer;
  let fleet: Fleet;
  beforeAll(async () => {
    [cluster, postgres] = await Promise.all([startRedisCluster({ replicas: true }), startPostgresServer()]);
  });
  afterAll(() => Promise.all([cluster?.stop(), postgres?.stop()]));
  beforeEach(async () => {
    fleet = await startFleet({
      REDIS_CLUSTER_NODES: cluster.nodes.join(","),
      DATABASE_URL: await postgres.createDatabase(),
    });
  });
  afterEach(() => fleet.stop());

  describeHandover(() => fleet);

  it("I7: a run goes on when the node that holds the bells dies in the middle of it", async () => {
    const { people, model } = fleet;
    const gate = createGate();
    model.replyTo(
      "lose a node",
      { ...uses(["ask_person", { question: "Go on?", options: ["Yes", "No"] }]), after: gate.opened },
      finishes("It went on."),
    );
    const worker = await fleet.worker();
    const thread = await people.ana.asks("@deputy lose a node");
    await expect.poll(() => model.requests.length).toBe(1);

    await cluster.killOwnerOf("{deputy}");
    gate.open();
    const post = await thread.post("attention");
    await people.ana.clicks(post, "Yes");
    const result = await thread.post("result");
    await worker.kill();

    expect(result.body.text).toBe("It went on.");
    expect(await stepsOf(fleet)).toEqual(["model done", "ask_person done", "model done", "finish done"]);
  });
});
