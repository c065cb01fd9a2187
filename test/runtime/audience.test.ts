// What a run saw of somebody's private matters is not posted where others read (OUT-4, ID-4).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

const secret = "Ana earns 4,711 a month";
const look = defineTool({
  name: "hr__look",
  description: "Looks something up in a person's account",
  effect: "read",
  repeat: "read",
  input: z.object({}),
  run: () => Promise.resolve({ kind: "result", content: secret }),
});

describe("runtime: audience", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  const play = async (identity: string): Promise<string> => {
    const plan = {
      title: secret,
      steps: [secret, "b", "c"].map((text) => ({ text, state: "todo" })),
    };
    const model = new ScriptedModel([
      calls(["hr__look", {}]),
      calls(["set_plan", plan]),
      calls(["write_file", { path: "pay.txt", content: secret }]),
      calls(["share_file", { path: "pay.txt", comment: secret }]),
      calls(["check_in", { text: secret }]),
      says(secret),
    ]);
    await world.segment(model, {
      tools: [...builtinTools, look],
      stages: { grant: () => Promise.resolve({ kind: "ready", identity }) },
    });
    model.expectSpent();
    const { conversation } = await world.run();
    const said = await world.store.read((tx) => tx.outbox.list(conversation, 1_000));
    return JSON.stringify(said.filter(({ op }) => op.op === "post" || op.op === "edit"));
  };

  it("OUT-4: from a person's account nothing reaches a channel: not the result, a file, a check-in or the card", async () => {
    await world.begin("Look it up");
    const said = await play(ana);

    expect(said).not.toContain("4,711");
    expect(said).not.toContain("pay.txt");
    expect(said).toContain("result.show_privately");
    expect(said).toContain("result.post_here");
    const { id, taint } = await world.run();
    expect(taint.private).toEqual([ana]);
    const held = await world.store.read((tx) => tx.withheld.ofRun(id));
    expect(new Set(held.map(({ said: { message } }) => message.kind))).toEqual(new Set(["notice", "result"]));
    expect(held).toMatchObject([
      { owners: [ana], state: "held" },
      { owners: [ana], state: "held" },
    ]);
    const events = await world.store.read((tx) => tx.audit.ofRun(id));
    expect(events.filter(({ type }) => type === "output.blocked")).toHaveLength(2);
  });

  it("OUT-4: in its owner's direct message, and with the agent's own account, it is posted as it is", async () => {
    const place = {
      platform: "local",
      tenant: asTenantId("local"),
      kind: "dm",
      channel: "d",
      thread: "1",
    } as const;
    await world.begin("Look it up", { place });
    expect(await play(ana)).toContain("4,711");
    await world.begin("Look it up");
    expect(await play("agent")).toContain("4,711");
  });

  it("OUT-4 ID-4: another person's account in a direct message is not for its person either", async () => {
    const place = {
      platform: "local",
      tenant: asTenantId("local"),
      kind: "dm",
      channel: "d",
      thread: "2",
    } as const;
    await world.begin("Look it up", { place });
    expect(await play(asPersonKey("local:local:bo"))).not.toContain("4,711");
  });
});
