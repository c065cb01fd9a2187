import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { recipes } from "../../../src/model/scripted/registry.ts";

describe("model/scripted/registry", () => {
  it("lists every file in recipes/", async () => {
    const files = await readdir(new URL("../../../src/model/scripted/recipes/", import.meta.url));

    expect(recipes).toHaveLength(files.length);
    expect(new Set(recipes.map((recipe) => recipe.name)).size).toBe(files.length);
  });

  it("has one that always fits in the end", () => {
    const story = {
      request: "",
      files: [],
      startedAt: undefined,
      steering: [],
      acts: [],
      notes: "",
      tools: new Set<string>(),
    };

    expect(recipes.at(-1)?.fits(story)).toBe(true);
  });
});
