// Paths as the model gives them: relative to `files/`, with `/`. Everything odd is refused here by name; that nothing
// on disk leads outside is the business of folder.ts.

import { quoted, WorkspaceError } from "./errors.ts";

const maxNameBytes = 255;
const maxPathBytes = 1024;
const maxNames = 64;
const unprintable = /[\p{Cc}\u2028\u2029\ufffd]/u;
const refusedOnWindows = /[\\:*?"<>|]|[. ]$/;

/** The names along `path`; empty for the workspace itself (`""`, `.`). Throws a `WorkspaceError`. */
export function parsePath(path: string): readonly string[] {
  if (path.startsWith("/")) {
    throw new WorkspaceError(
      "workspace.outside",
      `The path ${quoted(path)} is absolute. Give a path inside the workspace, such as "notes/draft.md".`,
    );
  }
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (const name of names) checkName(name, path);
  if (Buffer.byteLength(path) > maxPathBytes || names.length > maxNames) {
    throw new WorkspaceError(
      "workspace.bad_name",
      `The path ${quoted(path)} is too long: ${maxPathBytes} bytes and ${maxNames} folders are the limit.`,
    );
  }
  return names;
}

/** May an entry of this name be listed, read and versioned? Others are left alone as if they were not there. */
export function isGoodName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !name.includes("/") &&
    !unprintable.test(name) &&
    isWellFormed(name) &&
    Buffer.byteLength(name) <= maxNameBytes &&
    (process.platform !== "win32" || !refusedOnWindows.test(name))
  );
}

/** One folder name under the root: what tenants and conversations are called. */
export function isAddressName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
}

/** Is it where the runtime keeps plan, notes and transcripts? Case and invisible characters make no difference. */
export function isOwnFolder(names: readonly string[]): boolean {
  const first = names[0]
    ?.normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toLowerCase();
  return first === ".deputy";
}

function checkName(name: string, path: string): void {
  if (name === "..") {
    throw new WorkspaceError(
      "workspace.outside",
      `The path ${quoted(path)} has ".." in it. Give a path inside the workspace, without "..".`,
    );
  }
  if (isGoodName(name)) return;
  const long = Buffer.byteLength(name) > maxNameBytes;
  throw new WorkspaceError(
    "workspace.bad_name",
    long
      ? `A name in the path ${quoted(path)} is too long: ${maxNameBytes} bytes are the limit.`
      : `The path ${quoted(path)} has characters that file names here can't have, such as control characters. Choose plain names.`,
  );
}

function isWellFormed(name: string): boolean {
  return Buffer.from(name).toString() === name;
}
