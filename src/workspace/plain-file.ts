// Opening a file and proving that it is nothing but a file of this folder (SBX-6).
//
//   P1  What was opened is a regular file with one link, and that link is its name here. To count the links alone is not
//       enough, however often: a hard link to a file outside loses its second link when its name here is taken away. So
//       they are counted while the name is known to be there: it is looked at once more after the count.

import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { systemErrorCode } from "../base/errors.ts";
import { type Folder, isSame } from "./folder.ts";
import { statEntry } from "./tree.ts";

export type OpenedFile =
  /** The caller closes it. */
  | { readonly kind: "opened"; readonly handle: FileHandle; readonly stats: BigIntStats }
  /** A folder, link, hard link, pipe or device. */
  | { readonly kind: "odd"; readonly stats: BigIntStats }
  | { readonly kind: "absent" }
  /** It was another one each time. */
  | { readonly kind: "restless" };

const attempts = 10;
// Not blocking: a pipe that took the file's place meanwhile would never open.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const exchanged = new Set(["ENOENT", "ELOOP", "ENXIO"]);

/** Tries again where somebody replaces the file at that moment, as an honest writer may. */
export async function openPlainFile(folder: Folder, name: string): Promise<OpenedFile> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const listed = await statEntry(folder, name);
    if (listed === undefined) return { kind: "absent" };
    if (!listed.isFile() || listed.nlink !== 1n) return { kind: "odd", stats: listed };
    const opened = await openSame(folder, name, listed);
    if (opened !== undefined) return { kind: "opened", ...opened };
  }
  return { kind: "restless" };
}

async function openSame(
  folder: Folder,
  name: string,
  listed: BigIntStats,
): Promise<{ handle: FileHandle; stats: BigIntStats } | undefined> {
  const handle = await openUnlessExchanged(folder.at(name));
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat({ bigint: true });
    const alone = isSame(stats, listed) && stats.isFile() && stats.nlink === 1n;
    if (alone && (await folder.stillHas(name, handle))) return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

async function openUnlessExchanged(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (exchanged.has(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}
