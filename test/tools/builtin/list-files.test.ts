import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listFiles } from "../../../src/tools/builtin/list-files.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/list-files", () => {
  let world: FileToolWorld;

  beforeEach(async () => {
    world = await openFileToolWorld();
  });

  afterEach(() => world.close());

  toolContract(listFiles, { valid: { path: ".", depth: 1 }, open: openFileToolWorld });

  it("shows files with sizes and folders with a slash, two levels deep", async () => {
    await world.workspace.write("inbox/leads.csv", "x".repeat(2048));
    await world.workspace.write("a/b/c.txt", "1");
    await world.workspace.write("notes.md", "1");

    const { text } = await world.call(listFiles, {});

    expect(text).toBe("a/\na/b/\ninbox/\ninbox/leads.csv  2 KB\nnotes.md  1 bytes\n[2 files, 3 folders]");
  });

  it("goes as deep as it is asked to, from where it is asked to", async () => {
    await world.workspace.write("a/b/c/d.txt", "1");

    expect((await world.call(listFiles, { path: "a", depth: 1 })).text).toBe("a/b/\n[0 files, 1 folder]");
    expect((await world.call(listFiles, { depth: 9 })).text).toContain("a/b/c/d.txt");
    expect((await world.call(listFiles, { path: "a/b/c/d.txt" })).text).toBe("a/b/c/d.txt  1 bytes");
  });

  it("shows the runtime's own folder only when it is named", async () => {
    await world.workspace.write(".deputy/notes.md", "1");

    expect((await world.call(listFiles, {})).text).toBe("The workspace is empty.");
    expect((await world.call(listFiles, { path: ".deputy" })).text).toContain(".deputy/notes.md");
  });

  it("shows the first 200 and says how many more there are", async () => {
    for (let i = 0; i < 205; i += 1) await world.workspace.write(`f${String(i).padStart(3, "0")}`, "");

    const { text } = await world.call(listFiles, {});

    expect(text).toContain(
      "f199  0 bytes\n… and 5 more: name a folder to see what is in it.\n[205 files, 0 folders]",
    );
  });

  it("stays small enough to be read at once when names are long", async () => {
    for (let i = 0; i < 60; i += 1) await world.workspace.write(`${"名".repeat(70)}${i}`, "");

    const { text } = await world.call(listFiles, {});

    expect(Buffer.byteLength(text)).toBeLessThan(7500);
    expect(text).toMatch(/… and \d+ more/);
  });

  it("says when there is no such folder", async () => {
    expect(await world.call(listFiles, { path: "absent" })).toEqual({
      text: 'There is nothing at "absent". List the folder to see what is there.',
      isError: true,
    });
  });
});
