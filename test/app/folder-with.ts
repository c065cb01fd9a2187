// A folder of the product's own, with its configuration file.

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export async function folderWith(config: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-app-"));
  await writeFile(path.join(folder, "deputy.config.yml"), config);
  return folder;
}
