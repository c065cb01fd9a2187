import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportGit } from "../../src/cli/export-git.ts";
import { asConversationId } from "../../src/domain/ids.ts";
import type { ManifestRow } from "../../src/domain/manifest.ts";
import { type BlobStore, createFolderBlobs } from "../../src/workspace/blobs.ts";

describe("cli/export-git", () => {
  let folder: string;
  let blobs: BlobStore;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-export-"));
    blobs = createFolderBlobs(path.join(folder, "blobs"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function version(seq: number, content: string): Promise<ManifestRow> {
    const sha256 = await blobs.put(Buffer.from(content));
    const digest = await blobs.putManifest([{ path: "report.md", sha256, sizeBytes: content.length }]);
    return {
      conversation: asConversationId("cnv_1"),
      workspace: "ws_1",
      seq,
      digest,
      files: 1,
      sizeBytes: 1,
      createdAt: 0,
    };
  }

  it("writes a commit for each version", async () => {
    const file = path.join(folder, "out");
    await exportGit([await version(1, "one"), await version(2, "two")], blobs, createWriteStream(file));
    const text = await readFile(file, "utf8");
    expect(text.match(/^commit refs\/heads\/main$/gm)).toHaveLength(2);
    expect(text).toContain('M 100644 inline "report.md"\ndata 3\ntwo\n');
  });

  it("rejects where the file can't be written, also while it waits for what is to be written", async () => {
    const versions = [await version(1, "one")];
    const never: BlobStore = { ...blobs, getManifest: () => new Promise(() => undefined) };
    const out = createWriteStream(path.join(folder, "no", "such", "folder"));
    await expect(exportGit(versions, never, out)).rejects.toThrow("ENOENT");
  });
});
