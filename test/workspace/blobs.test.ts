import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolderBlobs, type BlobStore, sha256Of } from "../../src/workspace/blobs.ts";
import { leavingBlobsContract } from "../contracts/leaving-blobs.ts";
import { rejection } from "./temporary-workspaces.ts";

describe("workspace/blobs", () => {
  let folder: string;
  let blobs: BlobStore;
  const pathOf = (sha256: string): string => join(folder, sha256.slice(0, 2), sha256.slice(2));
  const pieces = async function* (...texts: string[]): AsyncGenerator<Buffer> {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "deputy-blobs-"));
    blobs = createFolderBlobs(folder);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  leavingBlobsContract(() => blobs);

  it("keeps content under its hash and gives it back", async () => {
    const sha256 = await blobs.put(Buffer.from("hello"));

    expect(sha256).toBe(sha256Of(Buffer.from("hello")));
    expect(await readFile(pathOf(sha256), "utf8")).toBe("hello");
    expect((await blobs.get(sha256)).toString()).toBe("hello");
    expect(await blobs.has(sha256)).toBe(true);
  });

  it("takes the same content twice as one blob", async () => {
    const both = await Promise.all([blobs.put(Buffer.from("x")), blobs.put(Buffer.from("x"))]);
    const third = await blobs.putFrom(pieces("x"));

    expect(new Set([...both, third.sha256]).size).toBe(1);
    expect(await readdir(join(folder, third.sha256.slice(0, 2)))).toHaveLength(1);
    expect(await readdir(join(folder, ".tmp"))).toEqual([]);
  });

  it("takes a stream piece by piece, and gives one back", async () => {
    const stored = await blobs.putFrom(pieces("ab", "", "cd"));
    const back: Buffer[] = [];
    for await (const piece of blobs.stream(stored.sha256)) back.push(piece);

    expect(stored).toEqual({ sha256: sha256Of(Buffer.from("abcd")), sizeBytes: 4 });
    expect(Buffer.concat(back).toString()).toBe("abcd");
  });

  it("B1: leaves nothing behind when a stream breaks", async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from("half");
      await Promise.reject(new Error("gone"));
    };

    await expect(blobs.putFrom(broken())).rejects.toThrow("gone");
    expect(await readdir(folder)).toEqual([".tmp"]);
    expect(await readdir(join(folder, ".tmp"))).toEqual([]);
  });

  it("B2: refuses content that is not what its name says", async () => {
    const sha256 = await blobs.put(Buffer.from("hello"));
    await writeFile(pathOf(sha256), "hellO");
    const streamed = async (): Promise<void> => {
      for await (const piece of blobs.stream(sha256)) expect(piece).toHaveLength(5);
    };

    expect(await rejection(blobs.get(sha256))).toMatchObject({ code: "workspace.blob_corrupt" });
    expect(await rejection(streamed())).toMatchObject({ code: "workspace.blob_corrupt" });
  });

  it("writes a blob again that a broken disk has cut short", async () => {
    const sha256 = await blobs.put(Buffer.from("hello"));
    await truncate(pathOf(sha256), 2);

    await blobs.put(Buffer.from("hello"));

    expect((await blobs.get(sha256)).toString()).toBe("hello");
  });

  it("says which blob is missing", async () => {
    const absent = sha256Of(Buffer.from("never put"));

    expect(await blobs.has(absent)).toBe(false);
    expect(await rejection(blobs.get(absent))).toMatchObject({
      code: "workspace.blob_missing",
      facts: { sha256: absent },
    });
  });

  it.each(["", "../../../etc/passwd", "A".repeat(64)])("refuses %j as the name of a blob", async (name) => {
    expect(await rejection(blobs.get(name))).toMatchObject({ code: "workspace.blob_corrupt" });
    expect(await rejection(blobs.has(name))).toMatchObject({ code: "workspace.blob_corrupt" });
  });

  it("keeps manifests in one canonical form", async () => {
    const file = { sizeBytes: 1, path: "ä", sha256: "0".repeat(64) };
    const digest = await blobs.putManifest([file]);

    expect((await blobs.get(digest)).toString()).toBe(
      `[{"path":"ä","sha256":"${"0".repeat(64)}","sizeBytes":1}]`,
    );
    expect(await blobs.getManifest(digest)).toEqual([file]);
  });

  it("refuses a blob that is no manifest", async () => {
    const digest = await blobs.put(Buffer.from('{"path":1}'));

    expect(await rejection(blobs.getManifest(digest))).toMatchObject({ code: "workspace.blob_corrupt" });
  });
});
