// A folder on a real disk for one subject. Durable writes to memory would measure nothing.

import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const memoryFileSystems = new Set([0x01021994, 0x858458f6]);

export async function makeScratch() {
  const root = process.env.BENCH_DISK ?? tmpdir();
  const { type } = await statfs(root);
  if (memoryFileSystems.has(type)) {
    throw new Error(`${root} is in memory. Set BENCH_DISK to a folder on the disk that is to be measured.`);
  }
  const folder = await mkdtemp(path.join(root, "deputy-bench-"));
  let files = 0;
  return {
    folder,
    nextFile(suffix) {
      files += 1;
      return path.join(folder, `${files}${suffix}`);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
