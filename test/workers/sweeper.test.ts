import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Brake } from "../../src/domain/brake.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createSweeper, type Sweeper, type SweepPart } from "../../src/workers/sweeper.ts";
import { createGate } from "../fakes/gate.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";

describe("workers/sweeper", () => {
  let store: Store;
  let clock: ManualClock;
  let swept: string[];
  let errors: string[];
  const log = { ...silentLogger, error: (text: string) => void errors.push(text) };
  const part = (name: string, sweep?: () => Promise<void>): SweepPart => ({
    name,
    sweep:
      sweep ??
      (async () => {
        swept.push(name);
      }),
  });
  const sweeper = (owner: string, ...parts: SweepPart[]): Sweeper =>
    createSweeper({ store, parts, owner, clock, log, everyMs: 1_000 });

  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
    clock = createManualClock();
    swept = [];
    errors = [];
  });
  afterEach(() => store.close());

  it("sweeps each second, in one of all processes", async () => {
    const one = sweeper("one", part("one"));
    const other = sweeper("other", part("other"));
    one.start();
    await clock.advance(500);
    other.start();

    await clock.advance(3_000);

    expect(swept).toEqual(["one", "one", "one"]);
  });

  it("takes the turn of a process that is gone within seconds", async () => {
    await sweeper("gone", part("gone")).sweep();
    const other = sweeper("other", part("other"));
    other.start();

    await clock.advance(5_500);

    expect(swept).toEqual(["gone", "other"]);
  });

  it("gives its turn away when it stops", async () => {
    const one = sweeper("one", part("one"));
    await one.sweep();

    await one.stop();
    await sweeper("other", part("other")).sweep();

    expect(swept).toEqual(["one", "other"]);
  });

  it("SP4: begins a part once, and then where there is something of what it is about", async () => {
    const brakes: SweepPart = { ...part("brakes"), about: ["brake", "wake"] };
    const one = sweeper("one", brakes, part("always"));

    await one.sweep();
    await one.sweep();
    expect(swept).toEqual(["brakes", "always", "always"]);

    await store.write((tx) => tx.brakes.pull(pulled(clock)));
    await one.sweep();
    expect(swept).toEqual(["brakes", "always", "always", "brakes", "always"]);
  });

  it("SP2, SP4: begins a part that failed again, whatever the rows say", async () => {
    let tries = 0;
    const failing = part("failing", async () => {
      tries += 1;
      if (tries === 2 || tries === 3) throw new Error("not now");
    });
    const one = sweeper("one", { ...failing, about: ["brake"] });
    await one.sweep();

    await store.write((tx) => tx.brakes.pull(pulled(clock)));
    await one.sweep();
    await store.write((tx) => tx.brakes.release("all", "*"));
    for (let n = 0; n < 5; n += 1) await one.sweep();

    expect(tries).toBe(4);
  });

  it("SP4: begins all parts when it can't be told what there is to do", async () => {
    const away: Store = { ...store, read: () => Promise.reject(new Error("away")) };
    const brakes: SweepPart = { ...part("brakes"), about: ["brake"] };
    const one = createSweeper({ store: away, parts: [brakes], owner: "one", clock, log, everyMs: 1_000 });

    await one.sweep();
    await one.sweep();

    expect(swept).toEqual(["brakes", "brakes"]);
  });

  it("SP2: goes on with the other parts when one fails, and tries it again", async () => {
    let tries = 0;
    const broken = part("broken", async () => {
      tries += 1;
      throw new Error("broken");
    });
    const one = sweeper("one", broken, part("sound"));

    await one.sweep();
    await one.sweep();

    expect(swept).toEqual(["sound", "sound"]);
    expect(tries).toBe(2);
    expect(errors).toHaveLength(2);
  });

  it("SP2: goes on with the other parts while one hangs, and does not begin it twice", async () => {
    const gate = createGate();
    let begun = 0;
    const hanging = part("hanging", async () => {
      begun += 1;
      await gate.opened;
    });
    const one = sweeper("one", hanging, part("sound"));
    one.start();

    await clock.advance(3_000);
    expect(swept).toEqual(["sound", "sound", "sound"]);
    expect(begun).toBe(1);

    gate.open();
    await clock.advance(1_000);
    expect(begun).toBe(2);
  });

  it("SP3: renews its turn in the second half of its time", async () => {
    let writes = 0;
    const counted: Store = {
      ...store,
      write(fn) {
        writes += 1;
        return store.write(fn);
      },
    };
    const one = createSweeper({ store: counted, parts: [], owner: "one", clock, log, everyMs: 1_000 });
    one.start();

    await clock.advance(9_000);

    expect(writes).toBe(3);
  });

  it("SP5: says once that it can't ask for its turn, until the reason changes or it can", async () => {
    const said: unknown[] = [];
    const note = (text: string, facts?: object): void => void said.push([text, facts]);
    let reason: string | undefined = "database or disk is full";
    const full: Store = {
      ...store,
      write: (fn) => (reason === undefined ? store.write(fn) : Promise.reject(new Error(reason))),
    };
    const loud = { ...silentLogger, warn: note, info: note };
    const one = createSweeper({ store: full, parts: [], owner: "one", clock, log: loud, everyMs: 1_000 });
    const failed = "The sweeper could not ask for its turn.";

    await one.sweep();
    await one.sweep();
    expect(said).toEqual([[failed, { error: "database or disk is full" }]]);
    reason = "disk I/O error";
    await one.sweep();
    await one.sweep();
    expect(said.slice(1)).toEqual([[failed, { error: "disk I/O error" }]]);
    reason = undefined;
    await one.sweep();
    await one.sweep();
    expect(said.slice(2)).toEqual([["The sweeper can ask for its turn again.", undefined]]);
    reason = "disk I/O error";
    await clock.advance(5_000);
    await one.sweep();
    expect(said.slice(3)).toEqual([[failed, { error: "disk I/O error" }]]);
  });

  it("goes on after a store that was out of reach", async () => {
    const one = sweeper("one", part("one"));
    await store.close();

    await one.sweep();
    await one.stop();

    expect(swept).toEqual([]);
  });
});

function pulled(clock: ManualClock): Brake {
  return { id: "brk_1", kind: "all", name: "*", pulledBy: "local:cli:op", pulledAt: clock.now() };
}
