// A file that the operator named and that could not be read: no bug, and said without the system's own words where they are known.

import { AppError, errorText, systemErrorCode } from "../base/errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "this user may not read it",
};

/** `what`: the file as it was named, or what is in it. */
export function cannotRead(what: string, cause: unknown): AppError<"cli.unreadable"> {
  const why = reasons[systemErrorCode(cause) ?? ""] ?? errorText(cause);
  return new AppError("cli.unreadable", `${what} can't be read: ${why}.`, { cause });
}
