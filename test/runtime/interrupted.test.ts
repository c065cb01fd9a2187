// An answer that is not whole is never shown as one (ux c.6, d.17).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ModelError } from "../../src/model/errors.ts";
import { ScriptedModel, says } from "../fakes/scripted-model.ts";
import { createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

let world: LoopWorld;
beforeEach(async () => {
  world = await createLoopWorld();
});
afterEach(() => world.close());

describe("runtime: an answer that is cut off", () => {
  it("ux d.17: is gone on with, and when that is in vain, marked at top and bottom", async () => {
    await world.begin("Write it all down");
    const cut = ["First, ", "then, ", "and at la"].map((text) => says(text, "length"));

    await world.segment(new ScriptedModel(cut));

    const [result] = await world.posts();
    const text = result?.kind === "result" ? result.text : "";
    expect(text).toMatch(/^\*\*Interrupted, this is incomplete\.\*\*\n\n/);
    expect(text).toMatch(/\n\n\*\*Interrupted, this is incomplete\.\*\*$/);
    for (const part of ["First,", "then,", "and at la"]) expect(text).toContain(part);
  });

  it("ux d.17: is not marked where the rest came", async () => {
    await world.begin("Write it all down");

    await world.segment(new ScriptedModel([says("First, ", "length"), says("and at last.")]));

    expect(JSON.stringify(await world.posts())).not.toContain("Interrupted");
  });

  it("ux d.17: says nothing of what a broken connection brought", async () => {
    await world.begin("Write it all down");
    const broken = new ModelError("model.refused_request", "broken off after: half an ans");

    await world.segment(new ScriptedModel([broken]));

    const posts = JSON.stringify(await world.posts());
    expect(posts).toContain('"outcome":"failed"');
    expect(posts).not.toContain("half an ans");
  });
});
