// Reaching one file inside a held folder, name by name, without following anything (F1, SBX-6).

import type { BigIntStats } from "node:fs";
import { type FileHandle, mkdir } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";
import { fromSystemError, quoted, translated, WorkspaceError } from "./errors.ts";
import type { Folder } from "./folder.ts";
import { openPlainFile } from "./plain-file.ts";
import { statEntry } from "./tree.ts";
import { parsePath } from "./workspace-path.ts";

/** The folder that an entry is in, held while it is used, and the entry's name there. */
export interface Place {
  readonly parent: Folder;
  readonly name: string;
}

const notEnterable = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/** A path to a file: its names, at least one. */
export function parseFilePath(path: string): readonly string[] {
  const names = parsePath(path);
  if (names.length > 0) return names;
  throw new WorkspaceError(
    "workspace.not_a_file",
    `The path ${quoted(path)} is the workspace itself. Name a file in it.`,
  );
}

/**
 * Calls `act` with the place of `path`, whose folders are opened one after the other; with `make` they are made
 * where they are missing. The place is not to be used after `act` has settled.
 */
export async function atPlace<T>(
  root: Folder,
  path: string,
  act: (place: Place) => Promise<T>,
  make = false,
): Promise<T> {
  const names = parseFilePath(path);
  await root.check();
  return stepDown(root, names, { path, make }, act);
}

interface Descent {
  readonly path: string;
  readonly make: boolean;
}

async function stepDown<T>(
  folder: Folder,
  names: readonly string[],
  descent: Descent,
  act: (place: Place) => Promise<T>,
): Promise<T> {
  const [name = "", ...rest] = names;
  if (rest.length === 0) return act({ parent: folder, name });
  const child = await enter(folder, name, descent);
  try {
    return await stepDown(child, rest, descent, act);
  } finally {
    await child.close();
  }
}

async function enter(folder: Folder, name: string, { path, make }: Descent): Promise<Folder> {
  if (make) await makeFolder(folder, name, path);
  try {
    return await folder.open(name);
  } catch (error) {
    // oxlint-disable-next-line typescript/only-throw-error -- bugs pass through as they were thrown
    if (!notEnterable.has(systemErrorCode(error) ?? "")) throw fromSystemError(error, "open", path);
    const stats = await statEntry(folder, name);
    throw stats === undefined ? notFound(path) : wrongKind(stats, path, name);
  }
}

async function makeFolder(folder: Folder, name: string, path: string): Promise<void> {
  await translated("write", path, async () => {
    try {
      await mkdir(folder.at(name));
    } catch (error) {
      if (systemErrorCode(error) !== "EEXIST") throw error;
    }
  });
}

/** Opens the folder that `path` names; the caller closes it. */
export async function openFolderAt(root: Folder, path: string): Promise<Folder> {
  if (parsePath(path).length === 0) {
    await root.check();
    return translated("open", path, () => root.open("."));
  }
  return atPlace(root, path, ({ parent, name }) => enter(parent, name, { path, make: false }));
}

/** What is at `path`: a regular file with one link, or a folder; anything else is refused with its kind. */
export async function entryAt(place: Place, path: string): Promise<BigIntStats> {
  const stats = await findEntry(place, path);
  if (stats === undefined) throw notFound(path);
  return stats;
}

/** As `entryAt`, but `undefined` when nothing is there. */
export async function findEntry(place: Place, path: string): Promise<BigIntStats | undefined> {
  const stats = await translated("look at", path, () => statEntry(place.parent, place.name));
  if (stats !== undefined && !stats.isDirectory()) refuseOddFile(stats, path);
  return stats;
}

/** Opens a plain file for reading. The caller closes it. */
export async function openFile(
  place: Place,
  path: string,
): Promise<{ readonly handle: FileHandle; readonly stats: BigIntStats }> {
  const opened = await translated("open", path, () => openPlainFile(place.parent, place.name));
  switch (opened.kind) {
    case "opened":
      return opened;
    case "absent":
      throw notFound(path);
    case "odd":
      refuseOddFile(opened.stats, path);
      break;
    case "restless":
      break;
    default:
      opened satisfies never;
  }
  throw new WorkspaceError(
    "workspace.io",
    `${quoted(path)} was replaced again and again while it was to be opened. Try again.`,
    { retry: { kind: "backoff" } },
  );
}

function refuseOddFile(stats: BigIntStats, path: string): void {
  if (!stats.isFile()) throw wrongKind(stats, path, path);
  if (stats.nlink === 1n) return;
  throw new WorkspaceError(
    "workspace.outside",
    `${quoted(path)} is refused: it is a hard link, so its content may belong to a file elsewhere. Make a copy and use that.`,
  );
}

function wrongKind(stats: BigIntStats, path: string, name: string): WorkspaceError {
  if (stats.isSymbolicLink()) return linkRefused(path, name);
  if (stats.isDirectory()) {
    return new WorkspaceError(
      "workspace.not_a_file",
      `${quoted(path)} is a folder. Name a file in it, or list it to see what is there.`,
    );
  }
  if (stats.isFile()) {
    return new WorkspaceError(
      "workspace.not_a_folder",
      `${quoted(name)} in the path ${quoted(path)} is a file, not a folder. Choose another path.`,
    );
  }
  return new WorkspaceError(
    "workspace.not_a_file",
    `${quoted(path)} is refused: it is a ${stats.isFIFO() ? "pipe" : "device or socket"}, not a file.`,
  );
}

function linkRefused(path: string, name: string): WorkspaceError {
  return new WorkspaceError(
    "workspace.outside",
    `The path ${quoted(path)} is refused: ${name === path ? "it" : quoted(name)} is a link, and links are not followed. Give the path of the file itself.`,
  );
}

function notFound(path: string): WorkspaceError {
  return new WorkspaceError(
    "workspace.not_found",
    `There is nothing at ${quoted(path)}. List the folder to see what is there.`,
  );
}
