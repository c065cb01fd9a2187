// Whose private matter it is decides what becomes of what was kept back (OUT-4).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notice } from "../../src/runtime/voice/notice.ts";
import type { Run } from "../../src/domain/run.ts";
import { ana, bo, createGatewayWorld, type GatewayWorld, whispers } from "./gateway-world.ts";

const secret = "Ana earns 4,711 a month";

describe("gateway/withheld-actions", () => {
  let world: GatewayWorld;
  let run: Run;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("look it up");
    await world.settle();
    const started = await world.run();
    if (!started) throw new Error("There is no run");
    run = started;
    const { id, tenant, conversation } = run;
    const said = { key: "share:1", message: notice(secret) };
    await world.store.write((tx) =>
      tx.withheld.add({ id: "held:1", tenant, run: id, conversation, owners: [ana.key], said, createdAt: 0 }),
    );
  });
  afterEach(() => world.close());

  const states = async (): Promise<string[]> =>
    (await world.store.read((tx) => tx.withheld.ofRun(run.id))).map(({ state }) => state);
  const open = (): string => JSON.stringify(world.held().messages);

  it("OUT-4 WA1: shows it to its owner and to nobody else", async () => {
    await world.click("result.show_privately", run.id, { by: bo });
    await world.click("result.post_here", run.id, { by: bo });
    await world.settle();
    expect(await states()).toEqual(["held"]);
    expect(whispers(world.held(), bo).join()).not.toContain(secret);

    await world.click("result.show_privately", run.id);
    await world.settle();
    expect(whispers(world.held(), ana).join()).toContain(secret);
    expect(open()).not.toContain(secret);
    expect(await states()).toEqual(["shown"]);
  });

  it("OUT-4 WA2: posts it once, when its owner says so", async () => {
    await world.click("result.post_here", run.id);
    await world.click("result.post_here", run.id);
    await world.settle();

    expect(open().split(secret)).toHaveLength(2);
    expect(await states()).toEqual(["posted"]);
    expect(whispers(world.held(), ana).join()).toContain("posted here already");
  });
});
