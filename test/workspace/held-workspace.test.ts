import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Workspace } from "../../src/workspace/contract.ts";
import { rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

describe("workspace/held-workspace", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces();
    workspace = await temporary.open();
  });

  afterEach(() => temporary.remove());

  async function walked(path: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const entry of workspace.walk(path)) paths.push(entry.path);
    return paths;
  }

  it("writes a file with its folders and tells what it wrote", async () => {
    const entry = await workspace.write("./notes//Übersicht 📈.md", "Grüße");

    expect(entry).toMatchObject({ path: "notes/Übersicht 📈.md", kind: "file", sizeBytes: 7 });
    expect(await workspace.stat("notes/Übersicht 📈.md")).toEqual(entry);
    expect(await workspace.stat("")).toMatchObject({ path: "", kind: "folder" });
    expect((await workspace.readText("notes/Übersicht 📈.md", 100)).text).toBe("Grüße");
  });

  it("lists down to a depth, each folder before what is in it", async () => {
    for (const path of ["a.txt", "a/b/c.txt", "a/x.txt", "a b.txt"]) await workspace.write(path, "1");

    const paths = async (path: string, depth: number): Promise<string[]> =>
      (await workspace.list(path, depth)).map((entry) => entry.path);

    expect(await paths("", 1)).toEqual(["a", "a b.txt", "a.txt"]);
    expect(await paths(".", 9)).toEqual(["a", "a/b", "a/b/c.txt", "a/x.txt", "a b.txt", "a.txt"]);
    expect(await paths("a", 1)).toEqual(["a/b", "a/x.txt"]);
  });

  it("reads any part of a file", async () => {
    await workspace.write("x", "0123456789");

    expect((await workspace.read("x", 0, 4)).toString()).toBe("0123");
    expect((await workspace.read("x", 8, 100)).toString()).toBe("89");
    expect((await workspace.read("x", 100, 100)).toString()).toBe("");
  });

  it("refuses to take a binary for text and says what it is", async () => {
    await workspace.write("logo.png", Buffer.from("\x89PNG\r\n\x1a\n\x00", "latin1"));

    const error = await rejection(workspace.readText("logo.png", 1000));

    expect(error).toMatchObject({ code: "workspace.binary" });
    expect(error.message).toBe('"logo.png" is not text: it looks like a PNG image (9 bytes).');
  });

  it("refuses to read a file whole that is larger than asked for", async () => {
    await workspace.write("big.txt", "x".repeat(2048));

    const error = await rejection(workspace.readText("big.txt", 1024));

    expect(error).toMatchObject({ code: "workspace.too_large" });
    expect(error.message).toContain("2 KB");
  });

  it("walks every file, but for big tool results unless they are asked for", async () => {
    for (const path of ["b.txt", "a/x", ".deputy/notes.md", ".deputy/results/1.txt"])
      await workspace.write(path, "1");

    expect(await walked("")).toEqual(["b.txt", ".deputy/notes.md", "a/x"]);
    expect(await walked(".deputy/results")).toEqual([".deputy/results/1.txt"]);
    expect(await walked("a/x")).toEqual(["a/x"]);
  });

  it("removes files and whole folders, and says what was not there", async () => {
    await workspace.write("a/b/c", "1");
    await workspace.write("d", "1");
    await mkdir(join(temporary.files, "deep", ...Array.from({ length: 100 }, () => "x")), {
      recursive: true,
    });
    await writeFile(Buffer.concat([Buffer.from(`${temporary.files}/deep/`), Buffer.from([0xff, 0xfe])]), "x");

    await workspace.remove("a");
    await workspace.remove("d");
    await workspace.remove("deep");

    expect(await workspace.list("", 9)).toEqual([]);
    expect((await temporary.leftovers()).staging).toEqual([]);
    expect(await rejection(workspace.remove("a"))).toMatchObject({ code: "workspace.not_found" });
  });

  it("H3: finishes what is under way before it closes, and refuses what comes after", async () => {
    const writes = Array.from({ length: 20 }, (_, i) => workspace.write(`f${i}`, "x"));
    const closed = workspace.close();

    await Promise.all([...writes, closed]);

    const other = await temporary.open();
    expect(await other.list("", 1)).toHaveLength(20);
    expect(await rejection(workspace.read("f1", 0, 1))).toMatchObject({ code: "workspace.closed" });
  });

  it("H3: closes although a walk was left unfinished", async () => {
    await workspace.write("a", "x");
    const walk = workspace.walk("")[Symbol.asyncIterator]();
    await walk.next();

    await expect(workspace.close()).resolves.toBeUndefined();

    await walk.return?.();
  });
});
