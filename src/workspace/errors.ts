// Failures of a workspace: each message is a sentence the model can act on, with the path as it was given.

import { AppError, type AppErrorOptions, type Facts, systemErrorCode } from "../base/errors.ts";

export type WorkspaceErrorCode =
  | "workspace.bad_name"
  | "workspace.outside"
  | "workspace.not_found"
  | "workspace.not_a_file"
  | "workspace.not_a_folder"
  | "workspace.too_large"
  | "workspace.binary"
  | "workspace.quota"
  | "workspace.disk_full"
  | "workspace.taken_over"
  | "workspace.closed"
  | "workspace.io"
  | "workspace.blob_missing"
  | "workspace.blob_corrupt";

export class WorkspaceError extends AppError<WorkspaceErrorCode> {
  constructor(code: WorkspaceErrorCode, message: string, options: AppErrorOptions = {}) {
    super(code, message, options);
  }
}

const longestShown = 120;

/** A path between quotes as a sentence shows it: escaped, and shortened where it is absurd. */
export function quoted(path: string): string {
  const shown = path.length <= longestShown ? path : `${path.slice(0, longestShown)}…`;
  return JSON.stringify(shown).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * A system error (`ENOSPC`) as a `WorkspaceError` about `path`; anything else as it is.
 * `attempt` completes "Could not … ", e.g. `write`.
 */
export function fromSystemError(error: unknown, attempt: string, path: string): unknown {
  const errno = systemErrorCode(error);
  if (error instanceof WorkspaceError || errno === undefined) return error;
  const what = quoted(path);
  const facts: Facts = { errno };
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return new WorkspaceError(
        "workspace.disk_full",
        `Could not ${attempt} ${what}: the disk of this installation is full, and nothing of it was kept. ` +
          "An operator has to make room; try again later.",
        { cause: error, facts, retry: { kind: "backoff" } },
      );
    case "ENOENT":
      return new WorkspaceError(
        "workspace.not_found",
        `Could not ${attempt} ${what}: it is not there. List the folder to see what is.`,
        { cause: error, facts },
      );
    case "ENAMETOOLONG":
      return new WorkspaceError(
        "workspace.bad_name",
        `Could not ${attempt} ${what}: the name is too long. Choose a shorter one.`,
        { cause: error, facts },
      );
    case "EISDIR":
      return new WorkspaceError("workspace.not_a_file", `Could not ${attempt} ${what}: it is a folder.`, {
        cause: error,
        facts,
      });
    default:
      return new WorkspaceError(
        "workspace.io",
        `Could not ${attempt} ${what}: the file system answered ${errno}. Try again; if it stays so, an operator has to look.`,
        { cause: error, facts, retry: { kind: "backoff" } },
      );
  }
}

/** Runs `act` and translates what the file system throws. */
export async function translated<T>(attempt: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // oxlint-disable-next-line typescript/only-throw-error -- bugs pass through as they were thrown
    throw fromSystemError(error, attempt, path);
  }
}
