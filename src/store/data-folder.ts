// The folder that a database file is in.

import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { AppError, errorText, systemErrorCode } from "../base/errors.ts";

const inItsPlace = "a file is in its place";
const mayNot = "this user may not write there";

const reasons: Readonly<Record<string, string>> = {
  EEXIST: inItsPlace,
  ENOTDIR: inItsPlace,
  EACCES: mayNot,
  EPERM: mayNot,
  EROFS: "that disk is read-only",
  ENOSPC: "the disk is full",
  ENOENT: "the system makes no folders there",
};

/** Twice is once. */
export function makeDataFolder(folder: string): void {
  try {
    makeWithParents(path.resolve(folder));
  } catch (error) {
    const reason = reasons[systemErrorCode(error) ?? ""] ?? errorText(error);
    throw new AppError(
      "store.no_folder",
      `Could not make the data folder ${folder}: ${reason}. Set DEPUTY_DATA to a folder that this user may make and write to.`,
      { cause: error },
    );
  }
}

/** Not `recursive`: Node tries for ever where a parent is there and takes no folder (/proc). */
function makeWithParents(folder: string): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeWithParents(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(folder)) throw error; // else another process was quicker
  }
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
