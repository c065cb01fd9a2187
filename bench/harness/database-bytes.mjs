// Bytes of the databases in a folder, with whatever lies beside them.

import { readdir, stat } from "node:fs/promises";
import path from "node:path";

export async function databaseBytes(folder) {
  const names = (await readdir(folder)).filter((name) => /\.db(?:-wal|-shm)?$/.test(name));
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
