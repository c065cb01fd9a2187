import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFile } from "../../../src/tools/builtin/write-file.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/write-file", () => {
  let world: FileToolWorld;

  beforeEach(async () => {
    world = await openFileToolWorld();
  });

  afterEach(() => world.close());

  toolContract(writeFile, { valid: { path: "a.txt", content: "text" }, open: openFileToolWorld });

  it("writes a file and says how much", async () => {
    const { text } = await world.call(writeFile, { path: "./reports/q3.md", content: "Grüße\nBo\n" });

    expect(text).toBe('Wrote "reports/q3.md" (11 bytes, 2 lines).');
    expect((await world.workspace.readText("reports/q3.md", 100)).text).toBe("Grüße\nBo\n");
  });

  it("says when it replaced one, and does the same twice as once", async () => {
    await world.call(writeFile, { path: "a", content: "1" });

    expect((await world.call(writeFile, { path: "a", content: "1" })).text).toBe(
      'Replaced "a" (1 bytes, 1 line).',
    );
    expect((await world.call(writeFile, { path: "b", content: "" })).text).toBe(
      'Wrote "b" (0 bytes, 0 lines).',
    );
  });

  it.each([".deputy/notes.md", "./.Deputy/x", ".deputy"])(
    "leaves the runtime's own folder alone: %s",
    async (path) => {
      const { text, isError } = await world.call(writeFile, { path, content: "x" });

      expect(isError).toBe(true);
      expect(text).toContain("is written for you");
      expect(await world.workspace.list("", 9)).toEqual([]);
    },
  );

  it.each(["../x", "/etc/passwd", "a\nb"])("F1: refuses %j with a sentence", async (path) => {
    const { text, isError } = await world.call(writeFile, { path, content: "x" });

    expect(isError).toBe(true);
    expect(text).toContain(JSON.stringify(path));
  });
});
