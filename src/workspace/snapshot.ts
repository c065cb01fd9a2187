// One version of a folder: changed files into blobs, then the list of all of them (F2).
//
//   V1  Everything that is a regular file with one link and a good name is in the version; nothing else is.
//   V2  A file is read again unless its inode, size, mtime and ctime are what they were, and they were old enough then
//       that a later write could not have left them the same, and the version before names its content: of what none names the blob
//       may have gone (F6).

import type { BigIntStats } from "node:fs";
import { type FileHandle, utimes } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";
import type { Manifest, ManifestFile } from "../domain/manifest.ts";
import type { BlobStore, StoredBlob } from "./blobs.ts";
import type { Folder } from "./folder.ts";
import { type OpenedFile, openPlainFile } from "./plain-file.ts";
import { deepest, statEntry, type TreeEntry, walkTree } from "./tree.ts";

export interface Version {
  /** Sorted by path. */
  readonly manifest: Manifest;
  /** Every regular file, those that are not versioned included. */
  readonly found: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Files that could not be versioned: hard links, unreadable ones. */
  readonly skipped: number;
  /** To be handed in at the next version of the same folder. */
  readonly known: KnownFiles;
}

/** What was read of a file, and the `print` by which it is known to be the same. */
export interface Known {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly print: string;
}

/** By path. */
export type KnownFiles = ReadonlyMap<string, Known>;

export interface VersionDeps {
  readonly root: Folder;
  /** Outside `root`, on the same file system: its clock is asked here. */
  readonly staging: Folder;
  readonly blobs: BlobStore;
}

const readAtOnce = 8;
const wholeReadBytes = 4n * 1024n * 1024n;
/** File times advance in ticks of up to 10 ms; a file system without fractions of a second has ticks of up to 2 s. */
const tickNs = 20_000_000n;
const coarseTickNs = 2_000_000_000n;

export async function takeVersion(deps: VersionDeps, before: KnownFiles): Promise<Version> {
  const startNs = await fileSystemTime(deps.staging);
  const known = new Map<string, Known>();
  const manifest: ManifestFile[] = [];
  const found: { path: string; sizeBytes: number }[] = [];
  const visit = async (folder: Folder, entry: TreeEntry): Promise<void> => {
    found.push({ path: entry.path, sizeBytes: Number(entry.stats.size) });
    const file = await versionOf(deps.blobs, folder, entry, before.get(entry.path));
    if (file === undefined) return;
    manifest.push({ path: entry.path, sha256: file.sha256, sizeBytes: file.sizeBytes });
    if (isSettled(entry.stats, startNs)) known.set(entry.path, file);
  };
  for await (const { folder, files } of walkTree(deps.root, { prefix: "", depth: deepest })) {
    for (let from = 0; from < files.length; from += readAtOnce) {
      await Promise.all(files.slice(from, from + readAtOnce).map((entry) => visit(folder, entry)));
    }
  }
  return { manifest: manifest.toSorted(byPath), found, skipped: found.length - manifest.length, known };
}

export function byPath(a: ManifestFile, b: ManifestFile): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

async function versionOf(
  blobs: BlobStore,
  folder: Folder,
  entry: TreeEntry,
  before: Known | undefined,
): Promise<Known | undefined> {
  if (entry.stats.nlink !== 1n) return undefined;
  const print = fingerprint(entry.stats);
  if (before?.print === print) return before;
  const opened = await openIfAllowed(folder, entry.name);
  if (opened.kind !== "opened") return undefined;
  const { handle, stats } = opened;
  try {
    const stored = await store(blobs, handle, stats);
    const after = await handle.stat({ bigint: true });
    // Another file than was listed, or written to while it was read: a version, but not one to know it by again.
    return { ...stored, print: fingerprint(after) === print ? print : "" };
  } finally {
    await handle.close();
  }
}

async function openIfAllowed(folder: Folder, name: string): Promise<OpenedFile> {
  try {
    return await openPlainFile(folder, name);
  } catch (error) {
    if (systemErrorCode(error) === "EACCES") return { kind: "absent" }; // locked by whoever made it
    throw error;
  }
}

async function store(blobs: BlobStore, handle: FileHandle, stats: BigIntStats): Promise<StoredBlob> {
  if (stats.size <= wholeReadBytes) {
    const content = await handle.readFile();
    return { sha256: await blobs.put(content), sizeBytes: content.length };
  }
  return blobs.putFrom(handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 }));
}

function fingerprint(stats: BigIntStats): string {
  return [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(".");
}

function isSettled(stats: BigIntStats, nowNs: bigint): boolean {
  const tick = stats.ctimeNs % 1_000_000_000n === 0n ? coarseTickNs : tickNs;
  return stats.ctimeNs < nowNs - tick;
}

/** The time that the file system would stamp on a file now. */
async function fileSystemTime(staging: Folder): Promise<bigint> {
  await utimes(staging.here, new Date(0), new Date(0)); // any change will do: it sets the ctime
  return (await statEntry(staging, "."))?.ctimeNs ?? 0n;
}
