import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { searchFiles } from "../../../src/tools/builtin/search-files.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/search-files", () => {
  let world: FileToolWorld;

  beforeEach(async () => {
    world = await openFileToolWorld();
    await world.workspace.write("a.csv", "id;city\n1;Berlin\n2;Wien\n");
    await world.workspace.write("docs/b.md", "# Berlin\nnothing\n");
    await world.workspace.write("docs/deep/c.txt", "berlin\n");
    await world.workspace.write(".deputy/notes.md", "Berlin was asked for\n");
    await world.workspace.write("logo.png", Buffer.from("\x89PNG\r\nBerlin\x00", "latin1"));
  });

  afterEach(() => world.close());

  toolContract(searchFiles, { valid: { pattern: "x", path: ".", glob: "*.txt" }, open: openFileToolWorld });

  const found = async (args: object): Promise<string[]> =>
    (await world.call(searchFiles, args)).text.split("\n").slice(0, -1);

  it("gives path, line number and text of each hit, and what it searched", async () => {
    expect((await world.call(searchFiles, { pattern: "Berlin" })).text).toBe(
      "a.csv:2: 1;Berlin\ndocs/b.md:1: # Berlin\n[2 hits in 3 files, 1 not searched because they are not text]",
    );
  });

  it("takes regular expressions with flags", async () => {
    expect(await found({ pattern: "(?i)^berlin$" })).toEqual(["docs/deep/c.txt:1: berlin"]);
    expect(await found({ pattern: "^\\d;\\w+$" })).toEqual(["a.csv:2: 1;Berlin", "a.csv:3: 2;Wien"]);
  });

  it("searches below a folder, in one file, or where a glob says", async () => {
    expect(await found({ pattern: "(?i)berlin", path: "docs" })).toHaveLength(2);
    expect(await found({ pattern: "(?i)berlin", path: "docs/b.md" })).toHaveLength(1);
    expect(await found({ pattern: "(?i)berlin", glob: "*.txt" })).toEqual(["docs/deep/c.txt:1: berlin"]);
    expect(await found({ pattern: "(?i)berlin", glob: "docs/*.md" })).toEqual(["docs/b.md:1: # Berlin"]);
    expect(await found({ pattern: "(?i)berlin", path: "docs", glob: "deep/*" })).toHaveLength(1);
    expect(await found({ pattern: "(?i)berlin", glob: "**/*.{txt,md}" })).toHaveLength(2);
  });

  it("searches the runtime's own folder only when it is named", async () => {
    expect(await found({ pattern: "Berlin", path: ".deputy" })).toEqual([
      ".deputy/notes.md:1: Berlin was asked for",
    ]);
  });

  it("says when nothing matches", async () => {
    expect((await world.call(searchFiles, { pattern: "Paris", path: "docs" })).text).toBe(
      "No line matches in 2 files.",
    );
  });

  it.each(["(", "a{2000}", "(?<=x)y", "*"])("says what is wrong with the pattern %s", async (pattern) => {
    const { text, isError } = await world.call(searchFiles, { pattern });

    expect(isError).toBe(true);
    expect(text).toMatch(/^The pattern is not a regular expression: /);
  });

  it("shows the first 100 hits and says that there may be more", async () => {
    await world.workspace.write("many.txt", "hit\n".repeat(500));

    const hits = await found({ pattern: "^hit" });

    expect(hits).toHaveLength(100);
    expect((await world.call(searchFiles, { pattern: "^hit" })).text).toMatch(
      /\[100 hits in .*; there may be more/,
    );
  });

  it("stays small enough to be read at once, and shows the part of a long line that matches", async () => {
    await world.workspace.write("wide.txt", `${"x".repeat(3000)}needle${"y".repeat(3000)}\n`.repeat(90));

    const { text } = await world.call(searchFiles, { pattern: "needle" });

    expect(Buffer.byteLength(text)).toBeLessThan(7500);
    expect(text.split("\n")[0]).toMatch(/^wide\.txt:1: …x+needley+…$/);
  });

  it("finds a match far into a line without end", async () => {
    await world.workspace.write("one.json", `{"a":"${"x".repeat(150_000)}","needle":1}`);

    expect(await found({ pattern: '"needle":\\d' })).toEqual([
      expect.stringMatching(/^one\.json:1: …x+","needle":1}$/),
    ]);
  });

  it("takes time in proportion to the text for a pattern that is made to take longer", async () => {
    await world.workspace.write("aaa.txt", `${"a".repeat(30_000)}!\n`);

    expect((await world.call(searchFiles, { pattern: "^(a+)+$", glob: "aaa.txt" })).text).toContain(
      "No line matches",
    );
  });

  it("stops when it takes too long, and says so", async () => {
    let time = 0;
    const slow = await openFileToolWorld({ now: () => (time += 1000) });
    await slow.workspace.write("a.txt", "x\n".repeat(100));

    expect((await slow.call(searchFiles, { pattern: "y" })).text).toContain(
      "it took too long and was stopped",
    );
    await slow.close();
  });

  it("ends when the run is stopped", async () => {
    const stopped = await openFileToolWorld({ signal: AbortSignal.abort(new Error("stopped")) });
    await stopped.workspace.write("a.txt", "x\n".repeat(20_000));

    await expect(stopped.call(searchFiles, { pattern: "y" })).rejects.toThrow("stopped");
    await stopped.close();
  });
});
