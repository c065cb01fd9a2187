// A `Workspace` over held folders: `files/`, and the staging folder beside it.
//
//   H2  Writes, removals and snapshots of one workspace don't overlap.
//   H3  `close` waits for what is under way: a descriptor's number must not be used after it is given back (W1).

import { type FileHandle, rename } from "node:fs/promises";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Manifest } from "../domain/manifest.ts";
import { type BlobStore, manifestText } from "./blobs.ts";
import { atPlace, entryAt, openFile, openFolderAt, parseFilePath } from "./confined-files.ts";
import type { DecodedText, FileEntry, Snapshot, Workspace, WorkspaceQuota } from "./contract.ts";
import { decodeText } from "./decode-text.ts";
import { quoted, translated, WorkspaceError } from "./errors.ts";
import { compareEntries, toFileEntry } from "./file-entry.ts";
import { createFileWriter, stagedName } from "./file-writer.ts";
import type { Folder } from "./folder.ts";
import { createGate, type Gate } from "./gate.ts";
import { type Marker, marker } from "./marker.ts";
import { createSerially } from "./serially.ts";
import { type KnownFiles, takeVersion } from "./snapshot.ts";
import { surveyFolder } from "./survey.ts";
import { deepest, purge, statEntry, walkTree } from "./tree.ts";
import { type CountedFile, createUsage, sizeText, type Usage } from "./usage.ts";
import { parsePath } from "./workspace-path.ts";

export interface HeldWorkspaceDeps {
  /** What people are told. */
  readonly path: string;
  /** Both are closed with the workspace. */
  readonly root: Folder;
  readonly staging: Folder;
  readonly blobs: BlobStore;
  readonly quota: WorkspaceQuota;
  readonly known: KnownMemory;
  readonly failpoints: Failpoints;
  readonly log: Logger;
  readonly now: () => number;
}

/** What earlier holders of the same folder have read, so that it is not read again. */
export interface KnownMemory {
  recall(): KnownFiles;
  learn(known: KnownFiles): void;
}

export function createHeldWorkspace(deps: HeldWorkspaceDeps): Workspace {
  const { root } = deps;
  const gate = createGate(closedError);
  const serially = createSerially();
  const usage = createUsage(deps.quota);
  const counted = async (): Promise<Usage> => {
    if (!usage.counted) usage.recount(await countFiles(root, ""));
    return usage;
  };
  const writer = createFileWriter({ ...deps, usage: counted, serially });
  return {
    path: deps.path,
    ...readerOf(root, gate),
    write: (path, content) => gate.pass(async () => writer.write(path, toBuffer(content))),
    writeStream: (path, content) => gate.pass(() => writer.writeStream(path, content)),
    remove: (path) => gate.pass(() => serially(async () => remove(deps, path, await counted()))),
    snapshot: (previous, taintOf) =>
      gate.pass(() => serially(() => snapshot(deps, usage, marker(previous, taintOf)))),
    survey: () => gate.pass(() => surveyFolder(root, 2 * deps.quota.maxFiles)),
    location: () => gate.pass(() => root.where()),
    quota: deps.quota,
    async close() {
      await gate.shut();
      await Promise.all([root.close(), deps.staging.close()]);
    },
  };
}

type Reader = Pick<Workspace, "list" | "stat" | "read" | "readText" | "walk">;

function readerOf(root: Folder, gate: Gate): Reader {
  return {
    list: (path, depth) => gate.pass(() => list(root, path, depth)),
    stat: (path) => gate.pass(() => stat(root, path)),
    read: (path, offset, limit) =>
      gate.pass(() =>
        reading(root, path, (handle, sizeBytes) =>
          readExactly(handle, offset, Math.max(0, Math.min(limit, sizeBytes - offset))),
        ),
      ),
    readText: (path, maxBytes) => gate.pass(() => readText(root, path, maxBytes)),
    async *walk(path) {
      const names = parsePath(path).join("/");
      const found = await gate.pass(() => stat(root, path));
      if (found.kind === "file") {
        yield found;
        return;
      }
      // Its own descriptor, so that a walk that is left unfinished does not hold up `close`.
      const folder = await gate.pass(() => openFolderAt(root, path));
      try {
        const skip = (inside: string): boolean => inside === resultsFolder;
        for await (const { files } of walkTree(folder, { prefix: names, depth: deepest, skip })) {
          for (const file of files) yield toFileEntry(file.path, file.stats);
        }
      } finally {
        await folder.close();
      }
    },
  };
}

const resultsFolder = ".deputy/results";

async function list(root: Folder, path: string, depth: number): Promise<readonly FileEntry[]> {
  const prefix = parsePath(path).join("/");
  const folder = await openFolderAt(root, path);
  try {
    const entries: FileEntry[] = [];
    for await (const level of walkTree(folder, { prefix, depth: Math.min(depth, deepest) })) {
      for (const entry of [...level.folders, ...level.files])
        entries.push(toFileEntry(entry.path, entry.stats));
    }
    return entries.toSorted(compareEntries);
  } finally {
    await folder.close();
  }
}

async function stat(root: Folder, path: string): Promise<FileEntry> {
  const names = parsePath(path);
  if (names.length > 0) {
    return atPlace(root, path, async (place) => toFileEntry(names.join("/"), await entryAt(place, path)));
  }
  await root.check();
  const stats = await translated("look at", path, () => statEntry(root, "."));
  if (stats === undefined) throw closedError();
  return toFileEntry("", stats);
}

function reading<T>(
  root: Folder,
  path: string,
  act: (handle: FileHandle, sizeBytes: number) => Promise<T>,
): Promise<T> {
  return atPlace(root, path, async (place) => {
    const { handle, stats } = await openFile(place, path);
    try {
      return await translated("read", path, () => act(handle, Number(stats.size)));
    } finally {
      await handle.close();
    }
  });
}

function readText(root: Folder, path: string, maxBytes: number): Promise<DecodedText> {
  return reading(root, path, async (handle, sizeBytes) => {
    if (sizeBytes > maxBytes) {
      throw new WorkspaceError(
        "workspace.too_large",
        `${quoted(path)} is ${sizeText(sizeBytes)}, more than the ${sizeText(maxBytes)} that can be handled at once. Read it in parts.`,
      );
    }
    const decoded = decodeText(await readExactly(handle, 0, sizeBytes));
    if ("text" in decoded) return decoded;
    throw new WorkspaceError(
      "workspace.binary",
      `${quoted(path)} is not text: it looks like ${decoded.looksLike} (${sizeText(sizeBytes)}).`,
    );
  });
}

/** Shorter only where the file has become shorter since. */
async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Out of `files/` in one move, then taken apart. */
async function remove({ root, staging, now }: HeldWorkspaceDeps, path: string, usage: Usage): Promise<void> {
  const prefix = parseFilePath(path).join("/");
  const freshName = (): string => stagedName("removed", now());
  const name = freshName();
  await atPlace(root, path, (place) =>
    translated("remove", path, async () => {
      await rename(place.parent.at(place.name), staging.at(name));
      await place.parent.sync();
    }),
  );
  await translated("remove", path, async () => {
    usage.forget(await countEntry(staging, name, prefix));
    await purge(staging, name, freshName);
  });
}

async function countEntry(parent: Folder, name: string, path: string): Promise<CountedFile[]> {
  const stats = await statEntry(parent, name);
  if (stats?.isFile()) return [{ path, sizeBytes: Number(stats.size) }];
  if (!stats?.isDirectory()) return [];
  const folder = await parent.open(name);
  try {
    return await countFiles(folder, path);
  } finally {
    await folder.close();
  }
}

async function snapshot(
  deps: HeldWorkspaceDeps,
  usage: Usage,
  { previous, mark }: Marker,
): Promise<Snapshot | undefined> {
  await deps.root.check();
  const version = await translated("version", "", () =>
    takeVersion(deps, knownIn(previous, deps.known.recall())),
  );
  deps.known.learn(version.known);
  usage.recount(version.found);
  if (version.skipped > 0) deps.log.info("files left out of a version", { skipped: version.skipped });
  const manifest = version.manifest.map(mark);
  if (manifestText(manifest) === manifestText(previous)) return undefined;
  const digest = await deps.blobs.putManifest(manifest);
  await deps.failpoints("workspace.after-blobs");
  const sizeBytes = manifest.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { manifest, digest, files: manifest.length, sizeBytes };
}

/** V2: what the version before names. */
function knownIn(previous: Manifest, known: KnownFiles): KnownFiles {
  const named = new Set(previous.map(({ sha256 }) => sha256));
  return new Map([...known].filter(([, { sha256 }]) => named.has(sha256)));
}

async function countFiles(folder: Folder, prefix: string): Promise<CountedFile[]> {
  const counted: CountedFile[] = [];
  for await (const { files } of walkTree(folder, { prefix, depth: deepest })) {
    for (const file of files) counted.push({ path: file.path, sizeBytes: Number(file.stats.size) });
  }
  return counted;
}

function toBuffer(content: Buffer | string): Buffer {
  return typeof content === "string" ? Buffer.from(content) : content;
}

function closedError(): WorkspaceError {
  return new WorkspaceError("workspace.closed", "The workspace was closed. Open it again.");
}
