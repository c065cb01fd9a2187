// What is told of a file or folder.

import type { BigIntStats } from "node:fs";
import type { FileEntry } from "./contract.ts";

export function toFileEntry(path: string, stats: BigIntStats): FileEntry {
  const folder = stats.isDirectory();
  return {
    path,
    kind: folder ? "folder" : "file",
    sizeBytes: folder ? 0 : Number(stats.size),
    modifiedAt: Math.trunc(Number(stats.mtimeMs)),
  };
}

/** By path, a folder right before what is in it. */
export function compareEntries(a: FileEntry, b: FileEntry): number {
  // No name holds a NUL, and nothing sorts before it.
  const left = a.path.replaceAll("/", "\0");
  const right = b.path.replaceAll("/", "\0");
  return left < right ? -1 : Number(left > right);
}
