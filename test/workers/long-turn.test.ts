import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { type LongTurn, takeLongTurn } from "../../src/workers/long-turn.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";

const turnMs = 60_000;

describe("workers/long-turn", () => {
  let store: Store;
  let clock: ManualClock;

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    clock = createManualClock();
  });
  afterEach(() => store.close());

  const take = (owner: string) => takeLongTurn({ store, clock, lock: "work", owner, turnMs });
  const taken = async (owner: string): Promise<LongTurn> => {
    const turn = await take(owner);
    if (!turn) throw new Error("another one has it");
    return turn;
  };

  it("LT1: is one process's for as long as that one asks, and another one's when it is given back", async () => {
    const first = await taken("w_1");
    for (let asked = 0; asked < 9; asked += 1) {
      clock.jump(turnMs / 2 - 1);
      expect(await first.goesOn()).toBe(true);
      expect(await take("w_2")).toBeUndefined();
    }
    await first.end();
    expect(await (await taken("w_2")).goesOn()).toBe(true);
  });

  it("LT2: is over for who did not ask in time, though nobody has it now", async () => {
    const first = await taken("w_1");
    clock.jump(turnMs);
    await (await taken("w_2")).end();
    expect([await first.goesOn(), await first.goesOn()]).toEqual([false, false]);
    const early = await taken("w_3");
    clock.jump(turnMs / 2);
    expect(await early.goesOn()).toBe(false);
    clock.jump(-turnMs / 2);
    expect(await early.goesOn(), "whatever the clock says then").toBe(false);
  });
});
