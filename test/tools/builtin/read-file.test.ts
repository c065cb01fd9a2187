import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readFile } from "../../../src/tools/builtin/read-file.ts";
import { toolContract } from "../../contracts/tool-contract.ts";
import { type FileToolWorld, openFileToolWorld } from "./tool-world.ts";

describe("tools/builtin/read-file", () => {
  let world: FileToolWorld;

  beforeEach(async () => {
    world = await openFileToolWorld();
  });

  afterEach(() => world.close());

  toolContract(readFile, {
    valid: { path: "a.txt", offset: 1, limit: 5 },
    open: async () => {
      const opened = await openFileToolWorld();
      await opened.workspace.write("a.txt", "1\n2\n3");
      return opened;
    },
  });

  const numbered = (count: number): string =>
    Array.from({ length: count }, (_, i) => `line ${i + 1}`).join("\n");

  it("gives a small file whole, and says so in its last line", async () => {
    await world.workspace.write("a.txt", "one\r\ntwo\n");

    expect((await world.call(readFile, { path: "a.txt" })).text).toBe("one\ntwo\n[lines 1–2 of 2]");
  });

  it("gives the lines that are asked for", async () => {
    await world.workspace.write("a.txt", numbered(100));

    expect((await world.call(readFile, { path: "a.txt", offset: 50, limit: 2 })).text).toBe(
      "line 50\nline 51\n[lines 50–51 of 100; continue with offset=52]",
    );
    expect((await world.call(readFile, { path: "a.txt", offset: 100 })).text).toBe(
      "line 100\n[lines 100–100 of 100]",
    );
  });

  it("gives as much as stays inline, and every line of a file when it is read on", async () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `${i};Zürich;${"ä".repeat(i % 50)}`);
    await world.workspace.write("a.csv", lines.join("\n"));
    const read: string[] = [];
    for (let offset = 1; offset <= lines.length; offset = read.length + 1) {
      const { text } = await world.call(readFile, { path: "a.csv", offset });
      expect(Buffer.byteLength(text)).toBeLessThan(7600);
      read.push(...text.split("\n").slice(0, -1));
    }

    expect(read).toEqual(lines);
  });

  it("breaks long lines, so that a file of one line can be read to its end", async () => {
    const json = JSON.stringify(Array.from({ length: 2000 }, (_, i) => `item ${i} 👋`));
    await world.workspace.write("a.json", json);
    let read = "";
    let offset = 1;
    for (let more = true; more; ) {
      const { text } = await world.call(readFile, { path: "a.json", offset });
      expect(text).toContain("long lines are broken at ↩");
      read += text.split("\n").slice(0, -1).join("").replaceAll("↩", "");
      const next = /continue with offset=(\d+)/.exec(text)?.[1];
      more = next !== undefined;
      offset = Number(next);
    }

    expect(read).toBe(json);
  });

  it("says how it decoded what is not UTF-8", async () => {
    await world.workspace.write("a.csv", Buffer.from("caf\xe9;\x80\n", "latin1"));

    expect((await world.call(readFile, { path: "a.csv" })).text).toBe(
      "café;€\n[lines 1–1 of 1; decoded from windows-1252]",
    );
  });

  it("says when a file is empty or has fewer lines", async () => {
    await world.workspace.write("empty", "");
    await world.workspace.write("a.txt", "1\n2\n");

    expect((await world.call(readFile, { path: "empty" })).text).toBe('"empty" is empty.');
    expect(await world.call(readFile, { path: "a.txt", offset: 3 })).toEqual({
      text: '"a.txt" has only 2 lines: line 3 is past its end.',
      isError: true,
    });
  });

  it("says what a binary is instead of showing it", async () => {
    await world.workspace.write("logo.png", Buffer.from("\x89PNG\r\n\x1a\n\x00", "latin1"));

    expect(await world.call(readFile, { path: "logo.png" })).toEqual({
      text: '"logo.png" is not text: it looks like a PNG image (9 bytes).',
      isError: true,
    });
  });

  it("reads a part of a file of many megabytes", async () => {
    await world.workspace.write("big.txt", numbered(1_000_000));

    expect((await world.call(readFile, { path: "big.txt", offset: 999_999, limit: 1 })).text).toBe(
      "line 999999\n[lines 999999–999999 of 1000000; continue with offset=1000000]",
    );
  });
});
