// A disk of a few megabytes that a test fills and frees: a tmpfs, mounted where the product keeps its data.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { systemErrorCode } from "../../src/base/errors.ts";

export interface SmallDisk {
  readonly folder: string;
  /** Until not one byte more can be written. */
  fill(): Promise<void>;
  free(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/**
 * True if disks can be mounted. If not, says so and is false; where `CI` is set it throws, so that nothing is left out
 * unnoticed there.
 */
export function canMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), "deputy-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env["CI"])
      throw new Error("No disk can be mounted; in CI the tests of a full disk may not be left out.");
    process.stderr.write("Disks can only be mounted by root: the tests of a full disk are left out.\n");
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  mkdirSync(folder, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  const ballast = path.join(folder, "ballast");
  return {
    folder,
    async fill() {
      const handle = await open(ballast, "a");
      try {
        for (let size = 1 << 20; size >= 1; ) {
          const written = await handle.write(Buffer.alloc(size)).catch((error: unknown) => {
            if (systemErrorCode(error) !== "ENOSPC") throw error;
            return undefined;
          });
          if (written === undefined) size >>= 1;
        }
      } finally {
        await handle.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    async stop() {
      await run("umount", ["-l", folder]);
    },
  };
}
