import { utimesSync } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manifestText, sha256Of } from "../../src/workspace/blobs.ts";
import type { Snapshot, Workspace } from "../../src/workspace/contract.ts";
import { rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

describe("workspace/snapshot", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces();
    workspace = await temporary.open();
  });

  afterEach(() => temporary.remove());

  async function taken(previous?: Snapshot): Promise<Snapshot> {
    const snapshot = await workspace.snapshot(previous?.manifest);
    if (snapshot === undefined) throw new Error("Nothing had changed.");
    return snapshot;
  }

  const hash = (text: string): string => sha256Of(Buffer.from(text));

  it("F2: lists every file with its content's hash, sorted, with the blobs on disk", async () => {
    await workspace.write("b.txt", "two");
    await workspace.write("a/x.txt", "one");
    await workspace.write(".deputy/results/1.txt", "result");

    const snapshot = await taken();

    expect(snapshot.manifest).toEqual([
      { path: ".deputy/results/1.txt", sha256: hash("result"), sizeBytes: 6 },
      { path: "a/x.txt", sha256: hash("one"), sizeBytes: 3 },
      { path: "b.txt", sha256: hash("two"), sizeBytes: 3 },
    ]);
    expect(snapshot).toMatchObject({
      files: 3,
      sizeBytes: 12,
      digest: hash(manifestText(snapshot.manifest)),
    });
    expect((await temporary.workspaces.blobs.get(hash("one"))).toString()).toBe("one");
    expect(await temporary.workspaces.blobs.getManifest(snapshot.digest)).toEqual(snapshot.manifest);
  });

  it("is nothing when nothing changed, also in an empty workspace", async () => {
    expect(await workspace.snapshot(undefined)).toBeUndefined();
    await workspace.write("a", "1");
    const first = await taken();

    expect(await workspace.snapshot(first.manifest)).toBeUndefined();
    await workspace.write("a", "2");
    const second = await taken(first);
    await workspace.write("a", "1");
    expect((await taken(second)).digest).toBe(first.digest);
  });

  it("V2: sees a change that leaves size and mtime the same, right after it was made and later", async () => {
    const path = join(temporary.files, "a");
    const time = new Date("2020-01-01T00:00:00Z");
    let before: Snapshot | undefined;
    for (let i = 10; i < 40; i += 1) {
      await writeFile(path, `v${i}`);
      utimesSync(path, time, time);
      before = await taken(before);
      expect(before.manifest[0]?.sha256).toBe(hash(`v${i}`));
    }
    await untilFilesAreOld();
    await workspace.snapshot(before?.manifest);
    await writeFile(path, "v99");
    utimesSync(path, time, time);

    expect((await taken(before)).manifest[0]?.sha256).toBe(hash("v99"));
  });

  it("V2: does not read again what has not changed, also not for the next holder of the folder", async () => {
    await workspace.write("a", "1");
    const first = await taken();
    await untilFilesAreOld();
    await workspace.snapshot(first.manifest);
    await rm(join(temporary.folder, "blobs"), { recursive: true });

    const again = await temporary.open();
    const elsewhere = first.manifest.map((file) => ({ ...file, path: "b" }));
    const unread = await again.snapshot(elsewhere);

    expect(unread?.manifest).toEqual(first.manifest);
    // Only the manifest was put again: had `a` been read, its blob would be there.
    expect(await temporary.workspaces.blobs.has(hash("1"))).toBe(false);
  });

  it("V2 F6: keeps anew what no version names any more, though it has read it before", async () => {
    await workspace.write("a", "1");
    const first = await taken();
    await untilFilesAreOld();
    await workspace.snapshot(first.manifest);
    await temporary.workspaces.blobs.setAside(hash("1"));

    await workspace.snapshot([]);

    expect(await temporary.workspaces.blobs.has(hash("1"))).toBe(true);
  });

  it("V2: reads another file of the same name", async () => {
    await workspace.write("a", "1");
    const first = await taken();
    await untilFilesAreOld();
    await workspace.snapshot(first.manifest);
    await writeFile(join(temporary.files, "other"), "2");
    await rename(join(temporary.files, "other"), join(temporary.files, "a"));

    expect((await taken(first)).manifest[0]?.sha256).toBe(hash("2"));
  });

  it("keeps a file that is larger than one reading", async () => {
    const content = Buffer.alloc(9 * 1024 * 1024, "0123456789abcdef");
    await workspace.write("big.bin", content);

    const { manifest } = await taken();

    expect(manifest).toEqual([{ path: "big.bin", sha256: sha256Of(content), sizeBytes: content.length }]);
    expect(sha256Of(await temporary.workspaces.blobs.get(sha256Of(content)))).toBe(sha256Of(content));
  });

  it("F2: stops between the blobs and the answer where a crash is staged", async () => {
    const reached: string[] = [];
    const workspaces = temporary.again({
      failpoints: (name) => {
        reached.push(name);
        return Promise.reject(new Error("killed"));
      },
    });
    const doomed = await workspaces.open({ tenant: "local", workspace: "doomed" });
    await doomed.write("a", "1");

    expect((await rejection(doomed.snapshot(undefined))).message).toBe("killed");

    expect(reached).toEqual(["workspace.after-blobs"]);
    expect((await workspaces.blobs.get(hash("1"))).toString()).toBe("1");
    await doomed.close();
  });

  /** Until the file system's clock has moved on past the last write. */
  async function untilFilesAreOld(): Promise<void> {
    const started = performance.now();
    while (performance.now() - started < 60) await readdir(temporary.files);
  }
});
