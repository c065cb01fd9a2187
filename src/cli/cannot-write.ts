// What the operator wanted written and could not be: no bug, and said without the system's own words where they are known.

import { AppError, errorText, systemErrorCode } from "../base/errors.ts";

const mayNot = "this user may not write there. Name another file, or give this user the right.";
const full = "the disk is full. Free some space, or name a file elsewhere.";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder is not there. Make the folder, or name another file.",
  ENOTDIR: "what it names as its folder is none. Name another file.",
  EISDIR: "it is a folder. Name a file in it.",
  EACCES: mayNot,
  EPERM: mayNot,
  EROFS: "that disk is read-only. Name a file elsewhere.",
  ENOSPC: full,
  EDQUOT: full,
};

export function cannotWrite(file: string, cause: unknown): AppError<"cli.cannot_write"> {
  return new AppError("cli.cannot_write", `${file} could not be written: ${whyNot(cause)}`, { cause });
}

/** Why, and what to do: the end of a sentence. */
export function whyNot(cause: unknown): string {
  return reasons[systemErrorCode(cause) ?? ""] ?? `${errorText(cause)}. Name another file.`;
}
