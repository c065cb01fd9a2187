// A deploy that replaces one process after another: the old ones end in time whatever hangs in them, the new ones go on at once.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { finishes, uses } from "./product.ts";

/** What whoever deploys waits before it kills. */
const graceMs = 30_000;

let redis: RedisServer;
let fleet: Fleet;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.flushAll();
  fleet = await startFleet({ REDIS_URL: redis.url });
});
afterEach(() => fleet.stop());

/** Steps by tool or kind, of the run with this goal. */
async function stepsOf(goal: string): Promise<readonly string[]> {
  return fleet.app.edges.store.read(async (tx) => {
    const run = (await tx.runs.list({ limit: 20 })).find((one) => one.goal.includes(goal));
    const steps = run ? await tx.steps.list(run.id, 0) : [];
    return steps.map((step) => `${step.tool ?? step.kind} ${step.state}`);
  });
}

describe("app: a rolling deploy", () => {
  it("WK2: ends in time though a model and a tool hang; the next one goes on where it was cut off", async () => {
    const { people, model } = fleet;
    model.replyTo("silent model", { kind: "silence" }, finishes("After the silence."));
    model.replyTo("hanging tool", uses(["look_far", {}]), finishes("After the look."));
    const first = await fleet.worker("hanging");
    const silent = await people.ana.asks("@deputy ask a silent model");
    const hanging = await people.bo.asks("@deputy use a hanging tool");
    await expect.poll(() => stepsOf("hanging tool")).toEqual(["model done", "look_far started"]);
    await expect.poll(() => stepsOf("silent model")).toEqual(["model started"]);
    // A step is started before the model hears of it.
    await expect.poll(() => model.requests.length).toBe(2);
    const second = await fleet.worker("patient");

    const before = performance.now();
    const code = await first.terminate();
    const tookMs = performance.now() - before;
    const results = [await silent.post("result"), await hanging.post("result")];
    await second.kill();

    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(graceMs);
    expect(results.map(({ body }) => body.text)).toEqual(["After the silence.", "After the look."]);
    expect(await stepsOf("silent model")).toEqual(["model done", "finish done"]);
    expect(await stepsOf("hanging tool")).toEqual([
      "model done",
      "look_far done",
      "model done",
      "finish done",
    ]);
    expect(model.requests.length).toBe(4);
    expect([...silent.posts("result"), ...hanging.posts("result")]).toHaveLength(2);
  });

  it("a second SIGTERM ends a worker at once whose tool hangs", async () => {
    const { people, model } = fleet;
    model.replyTo("impatient", uses(["look_far", {}]), finishes("Nobody waited."));
    const first = await fleet.worker("hanging");
    const thread = await people.ana.asks("@deputy be impatient");
    await expect.poll(() => stepsOf("impatient")).toEqual(["model done", "look_far started"]);

    const ended = first.terminate();
    await first.closes();
    const code = await first.terminate();
    await ended;
    const second = await fleet.worker("patient");
    const result = await thread.post("result");
    await second.kill();

    expect(code).toBe(1);
    expect(result.body.text).toBe("Nobody waited.");
  });
});
