import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Bell } from "../../src/domain/bell.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { QueueUnavailable } from "../../src/queue/errors.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createRinger } from "../../src/workers/ringer.ts";
import { createShares } from "../../src/workers/shares.ts";
import { createGate } from "../fakes/gate.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { addRun } from "./rows.ts";

describe("workers/ringer", () => {
  let store: Store;
  const clock = createManualClock();
  const shares = createShares({ concurrency: 4, tenants: "one" });
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
  const ringerOn = (queue: Queue) => createRinger({ store, queue, shares, clock, log });
  const queueThat = (ring: Queue["ring"]): Queue => ({
    ...createEmbeddedQueue({ maxWaiting: 10, log: silentLogger }),
    ring,
  });

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    warnings.length = 0;
  });
  afterEach(() => store.close());

  it("rings for what may be worked on, within the share of each person", async () => {
    const rung: string[] = [];
    const queue = queueThat(async (bell) => rung.push(bell.run) > 0);
    for (const id of ["run_1", "run_2", "run_3"]) await addRun(store, id, { person: "ana" });
    await addRun(store, "run_4", { person: "bo" });

    await ringerOn(queue).ringRunnable();

    expect(rung.toSorted()).toEqual(["run_1", "run_2", "run_4"]);
  });

  it("does one more look for all who asked while it was at it", async () => {
    const gate = createGate();
    let rung = 0;
    const queue = queueThat(async () => {
      rung += 1;
      await gate.opened;
      return true;
    });
    await addRun(store, "run_1");
    const ringer = ringerOn(queue);

    const asked = [ringer.ringRunnable(), ringer.ringRunnable(), ringer.ringRunnable()];
    gate.open();
    await Promise.all(asked);

    expect(rung).toBe(2);
  });

  it("gives up at the first bell that is refused, says so once, and rings again next time", async () => {
    const tried: Bell[] = [];
    let away = true;
    const queue = queueThat(async (bell) => {
      tried.push(bell);
      if (away) throw new QueueUnavailable("Redis is down");
      return true;
    });
    await addRun(store, "run_1", { person: "ana" });
    await addRun(store, "run_2", { person: "bo" });
    const ringer = ringerOn(queue);

    await ringer.ringRunnable();
    await ringer.ringRunnable();
    expect(tried).toHaveLength(2);
    expect(warnings).toHaveLength(1);

    away = false;
    await ringer.ringRunnable();
    expect(tried).toHaveLength(4);
  });
});
