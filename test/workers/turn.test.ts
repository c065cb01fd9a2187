import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createTurn, type Turn } from "../../src/workers/turn.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";

describe("workers/turn", () => {
  let store: Store;
  let clock: ManualClock;
  let writes: number;
  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    clock = createManualClock();
    writes = 0;
  });
  afterEach(() => store.close());

  function turn(owner: string, alone?: boolean): Turn {
    const counted: Store = {
      ...store,
      write(...asked) {
        writes += 1;
        return store.write(...asked);
      },
    };
    return createTurn({ store: counted, clock, lock: "turn", owner, alone });
  }
  const holder = async (): Promise<string | undefined> =>
    (await store.read((tx) => tx.locks.holder("turn")))?.owner;

  it("TN1: is one process's until that is gone for seconds, and written every other second at most", async () => {
    const [one, other] = [turn("one"), turn("other")];
    expect(await one.has()).toBe(true);
    expect(await other.has()).toBe(false);

    writes = 0;
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      expect(await one.has()).toBe(true);
    }
    expect(writes).toBeLessThanOrEqual(30);

    await clock.advance(5_000);
    expect(await other.has()).toBe(true);
  });

  it("TN2: alone it is taken from whoever had it, and hardly ever written", async () => {
    await turn("dead", true).has();
    const one = turn("one", true);
    expect(await one.has()).toBe(true);
    expect(await holder()).toBe("one");

    writes = 0;
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      expect(await one.has()).toBe(true);
    }
    expect(writes).toBeLessThanOrEqual(2);
    expect(await holder()).toBe("one");
  });

  it("is given to the next", async () => {
    const [one, other] = [turn("one"), turn("other")];
    await one.has();

    await one.give();

    expect(await holder()).toBeUndefined();
    expect(await other.has()).toBe(true);
  });
});
