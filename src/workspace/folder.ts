// A folder that is held, not named: what it leads to can't be exchanged behind our back (F1, F3, SBX-6).
//
// On Linux a `Folder` is an open directory descriptor, and every path handed to `node:fs` starts at it through
// `/proc/self/fd`. Each step down opens one name without following links, so a folder that is swapped for a link in the
// middle of a walk is refused, and a folder that is moved away takes the work of its holders with it.
//
// Elsewhere it is a real path whose identity (device and inode) is checked before each use. That is weaker: between
// the check and the use there is a moment in which a local process could swap the folder.
//
//   W1  A descriptor's number is used only while its folder is open: close after the last use has settled.

import { type BigIntStats, constants } from "node:fs";
import { access, type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { quoted, WorkspaceError } from "./errors.ts";

export interface Folder {
  /** The folder itself, for `node:fs`. */
  readonly here: string;
  /** The entry `name` of it, for `node:fs`. `name` is one checked name. */
  at(name: string): string;
  /** Throws when the folder is no longer the one that was opened. Nothing to check on Linux. */
  check(): Promise<void>;
  /**
   * Whether the open file still is what `name` leads to, and has been since it was opened. Where nothing can tell, it is
   * taken to be. False is not the last word: the folder itself may have been moved at that moment.
   */
  stillHas(name: string, file: FileHandle): Promise<boolean>;
  /** Opens a folder in it. Rejects with the system's error for links, files and what is absent. */
  open(name: string): Promise<Folder>;
  /** Its path at this moment, for others to open. */
  where(): Promise<string>;
  /** Makes renames and new entries durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export type Confinement = "descriptor" | "checked";

/** What this machine can do. */
export async function bestConfinement(): Promise<Confinement> {
  if (process.platform !== "linux") return "checked";
  try {
    await access("/proc/self/fd");
    return "descriptor";
  } catch {
    return "checked"; // a container without /proc
  }
}

/** Opens a folder of our own by its path; its last name must not be a link. */
export function openFolder(path: string, confinement: Confinement): Promise<Folder> {
  return confinement === "descriptor" ? openByDescriptor(path) : openChecked(path);
}

const deletedMark = " (deleted)";

async function openByDescriptor(path: string): Promise<Folder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const here = `/proc/self/fd/${handle.fd}`;
  return {
    here,
    at: (name) => `${here}/${name}`,
    check: () => Promise.resolve(),
    async stillHas(name, file) {
      // proc(5): an open file is shown by the name that it was opened by, and as deleted once that is taken from it.
      const [folder, opened] = await Promise.all([readlink(here), readlink(`/proc/self/fd/${file.fd}`)]);
      return opened === `${folder}/${name}` && !name.endsWith(deletedMark);
    },
    open: (name) => openByDescriptor(`${here}/${name}`),
    where: () => readlink(here),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

async function openChecked(path: string): Promise<Folder> {
  const first = await lstat(path, { bigint: true });
  if (!first.isDirectory()) throw Object.assign(new Error(`not a folder: ${path}`), { code: "ENOTDIR" });
  const here = await realpath(path);
  const check = async (): Promise<void> => {
    const now = await lstat(here, { bigint: true }).catch(() => undefined); // gone is as bad as another
    if (now?.isDirectory() && isSame(now, first)) return;
    throw new WorkspaceError(
      "workspace.taken_over",
      `The folder behind ${quoted(path)} is no longer the one that was opened. Open the workspace again.`,
    );
  };
  await check();
  return {
    here,
    at: (name) => join(here, name),
    check,
    stillHas: () => Promise.resolve(true),
    async open(name) {
      await check();
      return openChecked(join(here, name));
    },
    async where() {
      await check();
      return here;
    },
    sync: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

export function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
