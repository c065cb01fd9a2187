// Going through a folder by descriptors: links are never followed, odd names and odd entries are passed over.

import type { BigIntStats } from "node:fs";
import { lstat, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";
import type { Folder } from "./folder.ts";
import { isGoodName } from "./workspace-path.ts";

/** Regular files and folders of one folder, by name. */
export interface TreeLevel {
  /** Open until the next level is asked for. */
  readonly folder: Folder;
  readonly files: readonly TreeEntry[];
  readonly folders: readonly TreeEntry[];
}

export interface TreeEntry {
  readonly name: string;
  /** From the start of the walk, with its prefix. */
  readonly path: string;
  readonly stats: BigIntStats;
}

export interface WalkOptions {
  /** Path of the folder that the walk starts at; put before every path. */
  readonly prefix: string;
  /** Levels to go through. */
  readonly depth: number;
  /** Folders not to enter. */
  readonly skip?: (path: string) => boolean;
}

/** Deeper folders are passed over: a path of so many names is refused anyway. */
export const deepest = 64;
const statsAtOnce = 64;

/** Level by level, depth first, names sorted. The caller closes `folder`; the walk closes what it opens. */
export async function* walkTree(folder: Folder, options: WalkOptions): AsyncGenerator<TreeLevel> {
  const level = await readLevel(folder, options.prefix);
  yield level;
  if (options.depth <= 1) return;
  for (const entry of level.folders) {
    if (options.skip?.(entry.path)) continue;
    const child = await openIfFolder(folder, entry.name);
    if (child === undefined) continue;
    try {
      yield* walkTree(child, { ...options, prefix: entry.path, depth: options.depth - 1 });
    } finally {
      await child.close();
    }
  }
}

async function readLevel(folder: Folder, prefix: string): Promise<TreeLevel> {
  const names = (await readdir(folder.here)).filter(isGoodName).toSorted();
  const files: TreeEntry[] = [];
  const folders: TreeEntry[] = [];
  for (let from = 0; from < names.length; from += statsAtOnce) {
    const some = names.slice(from, from + statsAtOnce);
    const found = await Promise.all(some.map((name) => statEntry(folder, name)));
    for (const [i, stats] of found.entries()) {
      const name = some[i] ?? "";
      const entry = stats && { name, path: prefix === "" ? name : `${prefix}/${name}`, stats };
      if (entry?.stats.isFile()) files.push(entry);
      if (entry?.stats.isDirectory()) folders.push(entry);
    }
  }
  return { folder, files, folders };
}

/** What is there under `name`, links themselves included; `undefined` when nothing is. */
export async function statEntry(folder: Folder, name: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(folder.at(name), { bigint: true });
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

const notEnterable = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EACCES"]);

async function openIfFolder(folder: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await folder.open(name);
  } catch (error) {
    if (notEnterable.has(systemErrorCode(error) ?? "")) return undefined; // swapped, gone or locked meanwhile
    throw error;
  }
}

/**
 * Removes `name` in `holder`, a folder of ours, with all that is in it, however deep and whatever it is called. Links
 * are removed, not followed. Folders inside are brought up into `holder` first, named by `freshName`.
 */
export async function purge(holder: Folder, name: string, freshName: () => string): Promise<void> {
  const queue = [name];
  for (let last = queue.pop(); last !== undefined; last = queue.pop()) {
    const next = last;
    const child = await openIfFolder(holder, next);
    if (child === undefined) {
      await isRemoved(Buffer.from(holder.at(next)));
      continue;
    }
    try {
      queue.push(...(await emptyInto(holder, child, freshName)));
    } finally {
      await child.close();
    }
    await ignoringAbsence(() => rmdir(holder.at(next)));
  }
}

/**
 * Removes what `isOld` in `holder` and below, however deep and whatever it is called, and the folders that are empty then and were
 * old before. What is deeper than any path of ours is brought up into `holder` first.
 */
export async function clearOld(
  holder: Folder,
  isOld: (stats: BigIntStats) => boolean,
  freshName: () => string,
): Promise<void> {
  const inside = async (folder: Folder, depth: number): Promise<void> => {
    for (const raw of await readdir(Buffer.from(folder.here), { encoding: "buffer" })) {
      const path = Buffer.concat([Buffer.from(`${folder.here}/`), raw]);
      const stats = await ifThere(() => lstat(path, { bigint: true }));
      if (!stats) continue;
      if (!stats.isDirectory()) {
        if (isOld(stats)) await ifThere(() => unlink(path));
        continue;
      }
      const name = raw.toString();
      if (depth < deepest && isGoodName(name)) await entered(folder, { name, stats, depth });
      else if (isOld(stats)) {
        const fresh = freshName();
        await ifThere(() => rename(path, holder.at(fresh)));
        await entered(holder, { name: fresh, stats, depth: 1 });
      }
    }
  };
  const entered = async (
    folder: Folder,
    { name, stats, depth }: Pick<TreeEntry, "name" | "stats"> & { readonly depth: number },
  ): Promise<void> => {
    const child = await openIfFolder(folder, name);
    if (!child) return;
    try {
      await inside(child, depth + 1);
    } finally {
      await child.close();
    }
    if (isOld(stats)) await rmdir(folder.at(name)).catch(unlessFilled);
  };
  await inside(holder, 1);
}

function unlessFilled(error: unknown): void {
  // oxlint-disable-next-line typescript/only-throw-error -- passed on as it was thrown
  if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(systemErrorCode(error) ?? "")) throw error;
}

async function ifThere<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes what is in `folder`; the folders in it are moved to `holder`, and their new names returned. */
async function emptyInto(holder: Folder, folder: Folder, freshName: () => string): Promise<string[]> {
  const moved: string[] = [];
  for (const raw of await readdir(Buffer.from(folder.here), { encoding: "buffer" })) {
    const path = Buffer.concat([Buffer.from(`${folder.here}/`), raw]);
    if (await isRemoved(path)) continue;
    const fresh = freshName();
    await rename(path, holder.at(fresh));
    moved.push(fresh);
  }
  return moved;
}

/** False for a folder, which is left alone. */
async function isRemoved(path: Buffer): Promise<boolean> {
  try {
    await ignoringAbsence(() => unlink(path));
    return true;
  } catch (error) {
    // What unlink says of a folder: the first on Linux, the second elsewhere.
    if (["EISDIR", "EPERM"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

async function ignoringAbsence(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}
