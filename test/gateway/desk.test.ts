import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createDesk } from "../../src/gateway/desk.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { QueueUnavailable } from "../../src/queue/errors.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aPost, aRun } from "../contracts/store-rows.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

describe("gateway/desk", () => {
  let store: Store;
  const order: string[] = [];
  const deskOn = (ring: Queue["ring"]) =>
    createDesk({
      store,
      queue: { ...createEmbeddedQueue({ maxWaiting: 10, log: silentLogger }), ring },
      clock: createManualClock(),
      failpoint: noFailpoints,
      log: silentLogger,
      kick: () => void order.push("delivery"),
      checkInMs: 1,
      noted: ({ kind }) => void order.push(kind),
    });

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    order.length = 0;
  });
  afterEach(() => store.close());

  it("G1 G2: rings once it is committed, and before anything else that follows", async () => {
    const run = await aRun(store, "a");
    let said: unknown;
    const desk = deskOn(async (bell) => {
      order.push("bell");
      said = await store.read((tx) => tx.outbox.find("key"));
      return bell.run === run.id;
    });

    await desk.decide(async (d) => {
      await d.say(aPost("key", run.conversation));
      d.note({ kind: "approval", outcome: "approved", ms: 1 });
      await d.ring(run);
    });

    expect(said).toMatchObject({ state: "due" });
    expect(order).toEqual(["bell", "delivery", "approval"]);
  });

  it("G1: a bell that can't be rung holds up nothing else", async () => {
    const run = await aRun(store, "a");
    const desk = deskOn(() => Promise.reject(new QueueUnavailable("Redis is away")));

    await desk.decide(async (d) => {
      await d.say(aPost("key", run.conversation));
      await d.ring(run);
    });

    expect(order).toEqual(["delivery"]);
  });
});
