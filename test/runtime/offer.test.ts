import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/contract.ts";
import { calls, says, ScriptedModel } from "../fakes/scripted-model.ts";
import { createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

describe("runtime/offer", () => {
  let world: LoopWorld;
  beforeEach(async () => {
    world = await createLoopWorld();
  });
  afterEach(() => world.close());

  it("offers as many tools as a model takes, and says of the rest why they are not there", async () => {
    const tools = Array.from({ length: 130 }, (_, at) =>
      defineTool({
        name: `crm__tool_${at}`,
        description: "One of many",
        effect: "read",
        repeat: "read",
        input: z.object({}),
        run: () => Promise.resolve({ kind: "result", content: "ok" }),
      }),
    );
    await world.begin("Many");
    const model = new ScriptedModel([calls(["crm__tool_129", {}]), says("Done.")]);
    await world.segment(model, { tools });

    expect(model.requests[0]?.tools).toHaveLength(128);
    expect(JSON.stringify(model.requests[1]?.messages)).toContain("one too many: a model takes 128");
  });
});
