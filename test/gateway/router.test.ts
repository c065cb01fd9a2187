import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { actionFailed, messageFailed } from "../../src/runtime/voice/replies.ts";
import { ana, bo, createGatewayWorld, type GatewayWorld, whispers } from "./gateway-world.ts";

describe("gateway/router", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  /** A fault of ours: whatever is routed stumbles over it. */
  const breakRules = (): (() => void) => {
    const { rules } = world;
    Object.defineProperty(world, "rules", {
      configurable: true,
      get: () => {
        throw new TypeError("cannot read properties of undefined");
      },
    });
    return () => Object.defineProperty(world, "rules", { configurable: true, writable: true, value: rules });
  };

  it("I1: keeps messages through a fault, and routes them when it is over", async () => {
    const mend = breakRules();
    await world.hear("compare the vendors");
    await world.settle();
    await expect(world.sweep()).rejects.toThrow(TypeError);
    mend();
    await world.sweep();

    expect(await world.run()).toMatchObject({ goal: "compare the vendors" });
  });

  it("I14: gives up on a fault that stays, keeps the messages and tells everybody who wrote", async () => {
    const mend = breakRules();
    const message = await world.hear("compare the vendors");
    await world.hear("me too", { by: bo });
    await world.settle();
    for (let n = 0; n < 3; n += 1) await world.sweep().catch(() => undefined);
    await world.settle();

    expect(whispers(world.held(), ana)).toEqual([messageFailed]);
    expect(whispers(world.held(), bo)).toEqual([messageFailed]);
    const { id } = await world.conversation();
    const row = await world.store.read((tx) => tx.inbox.findMessage(id, message.messageId));
    expect(row).toMatchObject({ state: "noted", event: { text: "compare the vendors" } });

    mend();
    await world.hear("again");
    await world.settle();
    expect(await world.run()).toMatchObject({ goal: "again" });
  });

  it("RI2: does not let a click that fails block what comes after it", async () => {
    await world.hear("compare the vendors");
    await world.settle();
    const run = await world.run();
    const mend = breakRules();
    await world.click("run.stop", run?.id ?? "");
    await world.settle();
    mend();
    await world.click("run.stop", run?.id ?? "");
    await world.settle();

    expect(whispers(world.held(), ana)).toEqual([actionFailed]);
    expect(await world.run()).toMatchObject({ state: "stopped" });
  });

  it("I14: passes over an event that can't be read, and routes the others", async () => {
    await world.close();
    world = await createGatewayWorld({ onDisk: true, burstMs: 1_500 });
    await world.hear("broken");
    await world.hear("compare the vendors");
    const database = new Database(path.join(world.folder, "deputy.db"));
    database.prepare("update inbox set event = '{' where event like '%broken%'").run();
    database.close();
    await world.pass(1_600);

    expect(await world.run()).toMatchObject({ goal: "compare the vendors" });
  });

  it("I7: loses no work when the queue is down", async () => {
    await world.queue.close();
    await world.hear("compare the vendors");
    await world.settle();

    const limits = { perPerson: 9, perTenant: 9 };
    const due = await world.store.read((tx) => tx.runs.runnable(world.clock.now(), limits, 9));
    expect(due).toMatchObject([{ run: (await world.run())?.id }]);
    expect(world.held().reactions).toHaveLength(1);
  });
});
