import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ManifestFile } from "../../src/domain/manifest.ts";
import { createFolderBlobs, type BlobStore } from "../../src/workspace/blobs.ts";
import { diffManifests, restore } from "../../src/workspace/history.ts";
import { rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

const file = (path: string, sha256: string): ManifestFile => ({ path, sha256, sizeBytes: 1 });

describe("workspace/history", () => {
  let temporary: TemporaryWorkspaces;
  let blobs: BlobStore;
  let target: string;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces();
    blobs = createFolderBlobs(join(temporary.folder, "blobs"));
    target = join(temporary.folder, "restored");
  });

  afterEach(() => temporary.remove());

  it("tells what came, went and changed between two versions", () => {
    const before = [file("changed", "1"), file("gone", "1"), file("same", "1")];
    const after = [file("changed", "2"), file("new", "1"), file("same", "1")];

    expect(diffManifests(before, after)).toEqual({
      added: [file("new", "1")],
      removed: [file("gone", "1")],
      changed: [{ before: file("changed", "1"), after: file("changed", "2") }],
    });
  });

  it("writes a version into a new folder", async () => {
    const one = await blobs.put(Buffer.from("one"));
    const two = await blobs.put(Buffer.from("two"));

    await restore(blobs, [file("a/b/c.txt", one), file("d.txt", two)], target);

    expect(await readFile(join(target, "a/b/c.txt"), "utf8")).toBe("one");
    expect(await readFile(join(target, "d.txt"), "utf8")).toBe("two");
  });

  it("makes an empty folder of an empty version", async () => {
    await restore(blobs, [], target);

    expect(await readdir(target)).toEqual([]);
  });

  it.each(["../outside/secret.txt", "/etc/hosts", "a//b", "./a", "", "a\nb"])(
    "F1: refuses a version that names %j, before anything is written",
    async (path) => {
      const one = await blobs.put(Buffer.from("one"));

      const error = await rejection(restore(blobs, [file("fine", one), file(path, one)], target));

      expect(error).toHaveProperty("code", expect.stringMatching(/^workspace\.(outside|bad_name)$/));
      await expect(readdir(target)).rejects.toThrow("ENOENT");
    },
  );

  it("overwrites nothing", async () => {
    const one = await blobs.put(Buffer.from("one"));
    await mkdir(target);
    await restore(blobs, [file("a", one)], target);

    expect(await rejection(restore(blobs, [file("a", one)], target))).toMatchObject({ code: "workspace.io" });
  });

  it("says which blob is missing", async () => {
    expect(await rejection(restore(blobs, [file("a", "0".repeat(64))], target))).toMatchObject({
      code: "workspace.blob_missing",
    });
  });
});
