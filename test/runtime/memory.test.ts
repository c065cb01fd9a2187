// What one run remembers and another is told: by person in direct messages, by channel elsewhere, by agent always.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversationAddress } from "../../src/domain/conversation.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { ModelRequest } from "../../src/model/contract.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, type BeginOptions, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const bo = asPersonKey("local:local:bo");
const channel: ConversationAddress = {
  platform: "local",
  tenant: asTenantId("local"),
  kind: "channel",
  channel: "sales",
  thread: "t9",
};
const dm = (name: string, thread: string): ConversationAddress => ({
  ...channel,
  kind: "dm",
  channel: `dm-${name}`,
  thread,
});

const secret = "Ana is looking for another flat";

describe("runtime: memory", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const keep = async (fact: string, where: BeginOptions): Promise<void> => {
    await world.begin("Keep this", where);
    await world.segment(new ScriptedModel([calls(["remember", { fact }]), says("Kept.")]));
    expect((await world.run()).state).toBe("done");
  };
  /** What a later run is told at its start and when it asks, in every way it can. */
  const told = async (where: BeginOptions, goal = "What do you know of the flat?"): Promise<string> => {
    await world.begin(goal, where);
    const seen: ModelRequest[] = [];
    const model = new ScriptedModel([
      calls(["recall", { query: "flat" }], ["recall", { query: "" }]),
      (request) => {
        seen.push(request);
        return says("Done.");
      },
    ]);
    await world.segment(model);
    expect((await world.run()).state).toBe("done");
    return JSON.stringify(seen);
  };

  it("tells a person in a later direct message what was remembered in an earlier one", async () => {
    await keep(secret, { place: dm("ana", "d1") });

    expect((await told({ place: dm("ana", "d2") })).split(secret).length - 1).toBeGreaterThanOrEqual(3);
  });

  const strangers: [string, BeginOptions][] = [
    ["a channel, although the same person asks there", { place: channel }],
    ["another person", { place: dm("bo", "d1"), subject: bo }],
    ["another agent of the same person", { place: dm("ana", "d3"), agent: "other" }],
  ];
  it.each(strangers)("never tells %s what was remembered in a direct message", async (_, where) => {
    await keep(secret, { place: dm("ana", "d1") });

    expect(await told(where)).not.toContain("another flat");
  });

  it("tells everybody in a channel what was remembered there, and nobody elsewhere", async () => {
    await keep("The flat prices are in prices.csv", { place: channel });

    expect(await told({ place: { ...channel, thread: "t10" }, subject: bo })).toContain("prices.csv");
    expect(await told({ place: { ...channel, channel: "ops" } })).not.toContain("prices.csv");
    expect(await told({ place: dm("ana", "d4") })).not.toContain("prices.csv");
  });

  it("I2: remembers once what is said twice, also by a step that is done again", async () => {
    await world.begin("Keep this", { place: dm("ana", "d1") });
    const fact = calls(["remember", { fact: secret }]);
    const dies = world.segment(new ScriptedModel([fact]), { failAt: "tool.after-act" });
    await expect(dies).rejects.toThrow("dead");
    await world.restart();
    await world.clock.advance(60_000);
    const { id } = await world.run();
    await world.store.write((tx) => tx.runs.expireLeases("host:boot:1:1:n", world.clock.now()));
    await world.segment(new ScriptedModel([calls(["remember", { fact: `${secret}.` }]), says("Kept.")]));

    expect((await world.store.read((tx) => tx.runs.find(id)))?.state).toBe("done");
    const owner = { tenant: channel.tenant, agent: "deputy", scope: `person:${ana}` } as const;
    expect((await world.store.read((tx) => tx.memories.list(owner))).map(({ fact: kept }) => kept)).toEqual([
      secret,
    ]);
  });

  it("tells what the request is about first, however much was remembered since", async () => {
    const owner = { tenant: channel.tenant, agent: "deputy", scope: `person:${ana}` } as const;
    await world.store.write(async (tx) => {
      await tx.memories.add({ ...owner, fact: secret, createdAt: 1 });
      for (let n = 0; n < 50; n += 1) {
        await tx.memories.add({ ...owner, fact: `Note ${n} on something else`, createdAt: 2 + n });
      }
    });

    await world.begin("Any news on flats?", { place: dm("ana", "d1") });
    const model = new ScriptedModel([says("None.")]);
    await world.segment(model);

    const opening = model.requests[0]?.messages[0];
    expect(JSON.stringify(opening)).toContain(secret);
    expect(JSON.stringify(opening)).toContain("Note 49");
  });
});
