// A run that a newer version of the product took further than this one understands (J2): it is left to that version, and is stopped
// like any other (SR1).

import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Run } from "../../src/domain/run.ts";
import type { WaitAsk } from "../../src/domain/wait.ts";
import { createGatewayWorld, type GatewayWorld, texts } from "./gateway-world.ts";

const question: WaitAsk = { kind: "question", question: "Which region?", options: ["EU", "US"] };
const riddle = '{"kind":"riddle","riddle":"What walks on four legs?"}';

describe("gateway: a run of a newer version", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld({ onDisk: true });
    await world.hear("compare the vendors");
    await world.settle();
    run = (await world.run()) ?? fail();
    await world.park(run, question);
  });
  afterEach(() => world.close());

  const change = (statement: string, word: string): void => {
    const database = new Database(path.join(world.folder, "deputy.db"));
    database.prepare(statement).run(word);
    database.close();
  };
  /** What a worker does with such a run (suspend-run.ts): looked at again later. */
  const suspended = async (): Promise<void> => {
    await world.store.write((tx) => tx.runs.wake(run.id));
    const lease = await world.work((await world.run()) ?? fail());
    await world.store.write((tx) => tx.runs.requeue(lease, world.clock.now() + 5_000, 0));
  };
  const saysStop = async () => {
    await world.hear("stop");
    await world.settle();
    const { statuses } = world.held();
    return {
      run: await world.run(),
      results: texts(world.held(), "result"),
      session: statuses.at(-1),
      open: await world.store.read((tx) => tx.waits.listOpen(10)),
    };
  };
  const stopped = () => ({
    run: expect.objectContaining({ id: run.id, state: "stopped" }),
    results: [expect.stringMatching(/^Stopped by Ana/)],
    session: "active",
    open: [],
  });

  it.each([
    ["what it waits for", "update waits set ask = ?", riddle],
    ["a step of another kind", "update steps set kind = ?", "dream"],
    ["a step in another state", "update steps set state = ?", "dozing"],
  ])(
    "is stopped at once, with %s unknown, while it is looked at now and then",
    async (_what, statement, word) => {
      change(statement, word);
      await suspended();
      expect(await saysStop()).toEqual(stopped());
    },
  );

  it("is stopped at once while it waits for what this version does not know", async () => {
    change("update waits set ask = ?", riddle);
    expect(await saysStop()).toEqual(stopped());
  });

  it("says how it is when it is asked", async () => {
    change("update waits set ask = ?", riddle);
    await world.hear("status");
    await world.settle();

    expect(texts(world.held(), "notice").at(-1)).toMatch(/^Waiting: “compare the vendors”/);
  });
});

function fail(): never {
  throw new Error("There is no run");
}
