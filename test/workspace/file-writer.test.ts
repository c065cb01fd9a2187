import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { Workspace } from "../../src/workspace/contract.ts";
import { fromSystemError } from "../../src/workspace/errors.ts";
import { createFolderBlobs } from "../../src/workspace/blobs.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { address, rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

async function* chunks(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i += 1) yield await Promise.resolve(Buffer.alloc(bytes, "x"));
}

describe("workspace/file-writer", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces({ quota: { maxBytes: 1000, maxFiles: 3, maxFileBytes: 600 } });
    workspace = await temporary.open();
  });

  afterEach(() => temporary.remove());

  it("H1: replaces a file by another, not in place", async () => {
    await workspace.write("a", "old");
    const before = await stat(join(temporary.files, "a"));

    await workspace.write("a", "new");

    expect((await stat(join(temporary.files, "a"))).ino).not.toBe(before.ino);
    expect(await readFile(join(temporary.files, "a"), "utf8")).toBe("new");
  });

  it("refuses a file that is too large by itself, and leaves nothing", async () => {
    const error = await rejection(workspace.write("big/file", Buffer.alloc(601)));

    expect(error).toMatchObject({ code: "workspace.too_large" });
    expect(error.message).toContain('"big/file"');
    expect(await rejection(workspace.writeStream("big/file", chunks(7, 100)))).toMatchObject({
      code: "workspace.too_large",
    });
    expect(await workspace.list("", 9)).toEqual([]);
  });

  it("refuses bytes beyond the quota, and leaves nothing", async () => {
    await workspace.write("a", Buffer.alloc(600));

    const error = await rejection(workspace.write("b/c", Buffer.alloc(401)));

    expect(error).toMatchObject({ code: "workspace.quota" });
    expect(error.message).toContain("1000 bytes are the limit");
    expect(await rejection(workspace.writeStream("b/c", chunks(5, 100)))).toMatchObject({
      code: "workspace.quota",
    });
    expect((await workspace.list("", 9)).map((entry) => entry.path)).toEqual(["a"]);
    await workspace.write("b", Buffer.alloc(400));
  });

  it("refuses files beyond the quota, and allows replacing", async () => {
    for (const name of ["a", "b", "c"]) await workspace.write(name, "1");

    expect(await rejection(workspace.write("d", "1"))).toMatchObject({ code: "workspace.quota" });
    expect(await rejection(workspace.writeStream("d", chunks(1, 1)))).toMatchObject({
      code: "workspace.quota",
    });
    await workspace.write("a", "22");
  });

  it("gives room back when a file is replaced by less or removed", async () => {
    await workspace.write("a", Buffer.alloc(600));
    await workspace.write("b", Buffer.alloc(400));

    await workspace.write("a", Buffer.alloc(500));
    await workspace.write("c/d", Buffer.alloc(100));
    await workspace.remove("c");
    await workspace.write("e", Buffer.alloc(100));

    expect(await rejection(workspace.write("f", "1"))).toMatchObject({ code: "workspace.quota" });
  });

  it("U1: keeps an allowance for the runtime's own folder", async () => {
    await workspace.write("a", Buffer.alloc(600));
    await workspace.write("b", Buffer.alloc(400));

    await workspace.write(".deputy/notes.md", Buffer.alloc(600));

    expect(await rejection(workspace.write(".deputy/more.md", Buffer.alloc(600)))).toMatchObject({
      code: "workspace.quota",
    });
  });

  it("U2: counts what was there before and what came by other ways", async () => {
    await workspace.write("a", Buffer.alloc(300));
    const other = await temporary.open();

    await other.write("b", Buffer.alloc(600));
    await workspace.snapshot(undefined);

    expect(await rejection(other.write("c", Buffer.alloc(200)))).toMatchObject({ code: "workspace.quota" });
    expect(await rejection(workspace.write("c", Buffer.alloc(200)))).toMatchObject({
      code: "workspace.quota",
    });
    await workspace.write("c", Buffer.alloc(100));
  });

  it("H2: holds the quota when many write at once", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => workspace.write(`f${i}`, Buffer.alloc(300))),
    );

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(3);
    expect(await workspace.list("", 1)).toHaveLength(3);
  });

  it("H1: leaves what was there when a stream breaks, and tells the stream's own error", async () => {
    await workspace.write("a", "old");
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("new");
      await Promise.reject(new Error("the download broke off"));
    };

    await expect(workspace.writeStream("a", broken())).rejects.toThrow("the download broke off");

    expect((await workspace.readText("a", 10)).text).toBe("old");
  });

  it("stops reading a stream that has no end", async () => {
    expect(await rejection(workspace.writeStream("a", chunks(Number.POSITIVE_INFINITY, 100)))).toMatchObject({
      code: "workspace.too_large",
    });
    expect(await workspace.list("", 9)).toEqual([]);
  });

  it("writes a stream whole", async () => {
    expect(await workspace.writeStream("x/y", chunks(3, 100))).toMatchObject({ path: "x/y", sizeBytes: 300 });
    expect((await workspace.readText("x/y", 1000)).text).toBe("x".repeat(300));
  });
});

function canMount(): boolean {
  try {
    execFileSync("sh", ["-c", 'd=$(mktemp -d) && mount -t tmpfs none "$d" && umount "$d" && rmdir "$d"'], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false; // not root, or a container without the right
  }
}

describe.runIf(process.platform === "linux" && canMount())(
  "workspace/file-writer (a disk that is full)",
  () => {
    let disk: string;
    let workspace: Workspace;

    beforeAll(async () => {
      disk = await mkdtemp(join(tmpdir(), "deputy-disk-"));
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", disk]);
      const root = join(disk, "workspaces");
      const blobs = createFolderBlobs(join(disk, "blobs"));
      await mkdir(root);
      workspace = await createWorkspaces({ root, blobs, log: silentLogger, now: Date.now }).open(address);
    });

    afterAll(async () => {
      await workspace.close();
      execFileSync("umount", [disk]);
      await rm(disk, { recursive: true });
    });

    it("says so, keeps what was there and leaves nothing half written", async () => {
      await workspace.write("report.md", "first");

      const whole = await rejection(workspace.write("report.md", Buffer.alloc(2 * 1024 * 1024)));
      const streamed = await rejection(workspace.writeStream("other.bin", chunks(20, 100_000)));

      expect(whole).toMatchObject({ code: "workspace.disk_full", retry: { kind: "backoff" } });
      expect(whole.message).toContain('"report.md"');
      expect(streamed).toMatchObject({ code: "workspace.disk_full" });
      expect((await workspace.list("", 9)).map((entry) => entry.path)).toEqual(["report.md"]);
      expect((await workspace.readText("report.md", 100)).text).toBe("first");
      await workspace.write("half.bin", Buffer.alloc(400_000));
    });

    it("fails a version whose blobs do not fit, and takes it when there is room again", async () => {
      await workspace.write("half.bin", Buffer.alloc(600_000, "x"));

      expect(await rejection(workspace.snapshot(undefined))).toMatchObject({ code: "workspace.disk_full" });

      await workspace.write("half.bin", Buffer.alloc(200_000, "x"));
      expect((await workspace.snapshot(undefined))?.files).toBe(2);
    });
  },
);

describe("workspace/errors", () => {
  it.each([
    ["ENOSPC", "workspace.disk_full"],
    ["EDQUOT", "workspace.disk_full"],
    ["ENOENT", "workspace.not_found"],
    ["ENAMETOOLONG", "workspace.bad_name"],
    ["EISDIR", "workspace.not_a_file"],
    ["EIO", "workspace.io"],
  ])("makes %s a sentence", (errno, code) => {
    const error = fromSystemError(Object.assign(new Error("system"), { code: errno }), "write", "a.txt");

    expect(error).toMatchObject({ code, message: expect.stringMatching(/^Could not write "a.txt": /) });
  });

  it("lets bugs pass as they are", () => {
    const bug = new TypeError("bug");

    expect(fromSystemError(bug, "write", "a.txt")).toBe(bug);
  });
});
