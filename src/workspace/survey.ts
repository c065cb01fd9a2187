// What is in a folder after somebody else was in it: sizes, and the entries that no tool and no version takes up.

import { lstat, readdir } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";
import type { Survey } from "./contract.ts";
import type { Folder } from "./folder.ts";
import { deepest } from "./tree.ts";
import { isGoodName } from "./workspace-path.ts";

type Tally = { -readonly [K in keyof Survey]: Survey[K] };

/** Links are counted, not followed. Stops where `most` files are passed: more is too much, however much. */
export async function surveyFolder(root: Folder, most: number): Promise<Survey> {
  const tally: Tally = { bytes: 0, files: 0, links: 0, hardLinks: 0, special: 0, badNames: 0 };
  await visit(root, tally, { depth: deepest, most });
  return tally;
}

async function visit(
  folder: Folder,
  tally: Tally,
  { depth, most }: { readonly depth: number; readonly most: number },
): Promise<void> {
  for (const name of await names(folder)) {
    if (tally.files > most) return;
    const stats = await lstat(folder.at(name), { bigint: true }).catch(() => undefined); // gone meanwhile
    if (stats === undefined) continue;
    if (!isGoodName(name)) tally.badNames += 1;
    if (stats.isDirectory() && depth > 1) await enter(folder, name, tally, { depth: depth - 1, most });
    else if (stats.isSymbolicLink()) tally.links += 1;
    else if (!stats.isFile()) tally.special += 1;
    tally.files += 1;
    if (stats.isFile() && stats.nlink > 1n) tally.hardLinks += 1;
    if (stats.isFile()) tally.bytes += Number(stats.size);
  }
}

async function enter(
  folder: Folder,
  name: string,
  tally: Tally,
  limits: { readonly depth: number; readonly most: number },
): Promise<void> {
  let child: Folder;
  try {
    child = await folder.open(name);
  } catch {
    return; // exchanged for something else, or locked
  }
  try {
    await visit(child, tally, limits);
  } finally {
    await child.close();
  }
}

async function names(folder: Folder): Promise<string[]> {
  try {
    return await readdir(folder.here);
  } catch (error) {
    if (["EACCES", "ENOENT"].includes(systemErrorCode(error) ?? "")) return [];
    throw error;
  }
}
