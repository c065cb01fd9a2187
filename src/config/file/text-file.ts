// Text files that an operator wrote: bounded, regular, UTF-8.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { systemErrorCode } from "../../base/errors.ts";

export type TextFile =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unusable"; readonly problem: string };

/** Without the byte order mark. Never waits: a pipe is refused, not read. */
export function readTextFile(path: string, maxBytes: number): TextFile {
  try {
    const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpen(handle, maxBytes);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    return unusable(`cannot be read (${code ?? "unknown error"}).`);
  }
}

function readOpen(handle: number, maxBytes: number): TextFile {
  const stat = fstatSync(handle);
  if (!stat.isFile())
    return unusable(stat.isDirectory() ? "is a folder, not a file." : "is not a regular file.");
  if (stat.size > maxBytes) return unusable(`is larger than ${Math.round(maxBytes / 1024)} KB.`);
  const bytes = readFileSync(handle);
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return unusable("is not UTF-8; save it as UTF-8."); // the decoder throws for nothing else
  }
}

function unusable(problem: string): TextFile {
  return { kind: "unusable", problem };
}
