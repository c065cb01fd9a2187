// Writing files whole: staged beside `files/`, fsynced, then given their name (SBX-6).
//
//   H1  What fails leaves nothing behind, and what was there before stays as it was.
//   H2  Writes of one workspace get their names one after the other, so that the quota holds.

import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { atPlace, entryAt, findEntry, type Place, parseFilePath } from "./confined-files.ts";
import type { FileEntry } from "./contract.ts";
import { quoted, translated, WorkspaceError } from "./errors.ts";
import { toFileEntry } from "./file-entry.ts";
import type { Folder } from "./folder.ts";
import type { Serially } from "./serially.ts";
import type { Change, Usage } from "./usage.ts";

export interface FileWriter {
  write(path: string, content: Buffer): Promise<FileEntry>;
  writeStream(path: string, content: AsyncIterable<Uint8Array>): Promise<FileEntry>;
}

export interface FileWriterDeps {
  readonly root: Folder;
  /** On the same file system as `root`, and not in it. */
  readonly staging: Folder;
  /** Counted when asked for. */
  readonly usage: () => Promise<Usage>;
  readonly serially: Serially;
  /** Milliseconds since the epoch: begins the names of staged files, so that forgotten ones can be told. */
  readonly now: () => number;
}

export function createFileWriter(deps: FileWriterDeps): FileWriter {
  return {
    write(path, content) {
      const names = parseFilePath(path);
      return deps.serially(async () => {
        const usage = await deps.usage();
        const change = await changeOf(deps.root, path, names, content.length);
        usage.check(change);
        const staged = await stage(deps, path, (handle) =>
          translated("write", path, () => handle.writeFile(content)),
        );
        return place(deps, staged, change, usage);
      });
    },
    async writeStream(path, content) {
      const names = parseFilePath(path);
      const usage = await deps.serially(deps.usage);
      const before = await changeOf(deps.root, path, names, 0);
      let newBytes = 0;
      const staged = await stage(deps, path, async (handle) => {
        for await (const chunk of content) {
          newBytes += chunk.byteLength;
          usage.check({ ...before, newBytes });
          await translated("write", path, () => handle.writeFile(chunk));
        }
      });
      return deps.serially(async () => {
        try {
          const change = await changeOf(deps.root, path, names, newBytes);
          usage.check(change);
          return await place(deps, staged, change, usage);
        } catch (error) {
          await discard(deps.staging, staged);
          throw error;
        }
      });
    },
  };
}

async function changeOf(
  root: Folder,
  path: string,
  names: readonly string[],
  newBytes: number,
): Promise<Change> {
  const old = await findOld(root, path);
  return { path, names, oldBytes: old, newBytes };
}

/** Size of the file that is there now; refuses what may not be replaced. */
async function findOld(root: Folder, path: string): Promise<number | undefined> {
  try {
    const stats = await atPlace(root, path, (at) => findEntry(at, path));
    if (!stats?.isDirectory()) return stats && Number(stats.size);
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "workspace.not_found") return undefined;
    throw error;
  }
  throw new WorkspaceError(
    "workspace.not_a_file",
    `Could not write ${quoted(path)}: it is a folder. Choose another name.`,
  );
}

/** Writes a staged file and returns its name. */
async function stage(
  { root, staging, now }: FileWriterDeps,
  path: string,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<string> {
  await root.check();
  const name = stagedName("file", now());
  const handle = await translated("write", path, () => open(staging.at(name), "wx"));
  try {
    try {
      await fill(handle);
      await translated("write", path, () => handle.sync());
    } finally {
      await handle.close();
    }
    return name;
  } catch (error) {
    await discard(staging, name);
    throw error;
  }
}

async function place(
  { root, staging }: FileWriterDeps,
  staged: string,
  change: Change,
  usage: Usage,
): Promise<FileEntry> {
  const { path, names } = change;
  const named = async (at: Place): Promise<FileEntry> => {
    await rename(staging.at(staged), at.parent.at(at.name));
    await at.parent.sync();
    return toFileEntry(names.join("/"), await entryAt(at, path));
  };
  try {
    const entry = await translated("write", path, () => atPlace(root, path, named, true));
    usage.apply(change);
    return entry;
  } catch (error) {
    await discard(staging, staged);
    throw error;
  }
}

async function discard(staging: Folder, name: string): Promise<void> {
  await unlink(staging.at(name)).catch(() => undefined); // swept later; the failure that led here is the one to tell
}

/** A unique name that says what a thing of ours is for and since when it is there. */
export function stagedName(label: string | number, now: number): string {
  return `${label}-${now}-${randomUUID()}`;
}

/** When a thing was given a `stagedName`; 0 for any other name. */
export function stagedAt(name: string): number {
  return Number(/^[^-]+-(\d+)-/.exec(name)?.[1] ?? 0);
}
