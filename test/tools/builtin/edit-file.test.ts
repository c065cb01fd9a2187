import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editFile } from "../../../src/tools/builtin/edit-file.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/edit-file", () => {
  let world: FileToolWorld;

  beforeEach(async () => {
    world = await openFileToolWorld();
    await world.workspace.write("a.txt", "one two three\n");
  });

  afterEach(() => world.close());

  toolContract(editFile, {
    valid: { path: "a.txt", edits: [{ old: "two", new: "2" }] },
    open: async () => {
      const opened = await openFileToolWorld();
      await opened.workspace.write("a.txt", "one two three\n");
      return opened;
    },
  });

  const textOf = async (path: string): Promise<string> => (await world.workspace.readText(path, 1000)).text;
  const args = (...edits: readonly (readonly [string, string])[]): object => ({
    path: "a.txt",
    edits: edits.map(([old, replacement]) => ({ old, new: replacement })),
  });

  it("makes every edit", async () => {
    const { text } = await world.call(editFile, args(["three", "3"], ["one", "1"]));

    expect(text).toBe('Made 2 edits in "a.txt".');
    expect(await textOf("a.txt")).toBe("1 two 3\n");
  });

  it.each([
    ["four", /^"a\.txt": The text of edit 2 to replace does not occur/],
    ["o", /^"a\.txt": The text of edit 2 to replace occurs 2 times/],
    ["one two", /^"a\.txt": Two of the edits overlap/],
  ])("makes all edits or none: with %j none", async (old, problem) => {
    const { text, isError } = await world.call(editFile, args(["one", "1"], [old, "x"]));

    expect(isError).toBe(true);
    expect(text).toMatch(problem);
    expect(await textOf("a.txt")).toBe("one two three\n");
  });

  it("keeps a byte order mark, and makes UTF-8 of another encoding and says so", async () => {
    await world.workspace.write("bom.csv", "\ufeffid;x\n");
    await world.workspace.write("old.csv", Buffer.from("caf\xe9\n", "latin1"));

    await world.call(editFile, { path: "bom.csv", edits: [{ old: "x", new: "ü" }] });
    const { text } = await world.call(editFile, { path: "old.csv", edits: [{ old: "caf", new: "Caf" }] });

    expect((await world.workspace.read("bom.csv", 0, 100)).toString()).toBe("\ufeffid;ü\n");
    expect(text).toContain("was windows-1252 and is UTF-8 now");
    expect((await world.workspace.read("old.csv", 0, 100)).toString()).toBe("Café\n");
  });

  it("leaves the runtime's own folder alone", async () => {
    await world.workspace.write(".deputy/notes.md", "x");

    expect(
      await world.call(editFile, { path: ".deputy/notes.md", edits: [{ old: "x", new: "y" }] }),
    ).toMatchObject({
      isError: true,
    });
    expect(await textOf(".deputy/notes.md")).toBe("x");
  });

  it("I5: tells whether its edits happened", async () => {
    const call = args(["one", "1"], ["three", "3"]);
    expect(await world.happened(editFile, call)).toBe(false);

    await world.call(editFile, call);

    expect(await world.happened(editFile, call)).toBe(true);
  });

  it("I5: says that nothing happened to a file that is not there, and does not guess", async () => {
    await world.workspace.write("a.txt", "1 two three\n");

    expect(await world.happened(editFile, args(["one", "1"], ["three", "3"]))).toBeUndefined();
    expect(await world.happened(editFile, { path: "gone", edits: [{ old: "a", new: "b" }] })).toBe(false);
  });
});
