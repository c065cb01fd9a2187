// What a workspace holds, against what it may hold.
//
//   U1  `.deputy/` has an allowance of its own, as large as that of everything else: a person's files can't keep the
//       runtime from writing its notes, nor the other way round.
//   U2  The count is taken from the disk when it is first needed and at every snapshot; between those it follows our
//       own writes.

import type { WorkspaceQuota } from "./contract.ts";
import { quoted, WorkspaceError } from "./errors.ts";
import { isOwnFolder } from "./workspace-path.ts";

export const defaultQuota: WorkspaceQuota = {
  maxBytes: 2 * 1024 ** 3,
  maxFiles: 20_000,
  maxFileBytes: 200 * 1024 ** 2,
};

/** A file that is to have `newBytes`; `oldBytes` is absent when it is not there yet. */
export interface Change {
  readonly path: string;
  readonly names: readonly string[];
  readonly oldBytes: number | undefined;
  readonly newBytes: number;
}

export interface Usage {
  /** Throws the sentence that says which limit the change would break. */
  check(change: Change): void;
  /** The change was made. */
  apply(change: Change): void;
  /** These files are gone. */
  forget(files: Iterable<CountedFile>): void;
  /** Replaces the count by one from the disk. */
  recount(files: Iterable<CountedFile>): void;
  readonly counted: boolean;
}

export interface CountedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

interface Tally {
  files: number;
  bytes: number;
}

export function createUsage(quota: WorkspaceQuota): Usage {
  let counted = false;
  let own: Tally = { files: 0, bytes: 0 };
  let rest: Tally = { files: 0, bytes: 0 };
  const tallyOf = (names: readonly string[]): Tally => (isOwnFolder(names) ? own : rest);
  const add = (files: Iterable<CountedFile>, times: 1 | -1): void => {
    for (const file of files) {
      const tally = tallyOf(file.path.split("/"));
      tally.files += times;
      tally.bytes += times * file.sizeBytes;
    }
  };
  return {
    get counted() {
      return counted;
    },
    check({ path, names, oldBytes, newBytes }) {
      checkFileSize(quota, path, newBytes);
      const tally = tallyOf(names);
      if (newBytes > (oldBytes ?? 0) && tally.bytes - (oldBytes ?? 0) + newBytes > quota.maxBytes) {
        throw refusal(
          path,
          `${sizeText(quota.maxBytes)} are the limit and ${sizeText(tally.bytes)} are in use`,
        );
      }
      if (oldBytes === undefined && tally.files >= quota.maxFiles) {
        throw refusal(path, `${quota.maxFiles} files are the limit`);
      }
    },
    apply({ names, oldBytes, newBytes }) {
      const tally = tallyOf(names);
      tally.bytes += newBytes - (oldBytes ?? 0);
      if (oldBytes === undefined) tally.files += 1;
    },
    forget(files) {
      add(files, -1);
    },
    recount(files) {
      own = { files: 0, bytes: 0 };
      rest = { files: 0, bytes: 0 };
      add(files, 1);
      counted = true;
    },
  };
}

/** Refuses a file that is larger than any file may be. */
function checkFileSize(quota: WorkspaceQuota, path: string, sizeBytes: number): void {
  if (sizeBytes <= quota.maxFileBytes) return;
  throw new WorkspaceError(
    "workspace.too_large",
    `The file ${quoted(path)} would be too large: ${sizeText(quota.maxFileBytes)} are the limit for one file. Split it up.`,
    { facts: { maxFileBytes: quota.maxFileBytes } },
  );
}

/** Bytes as people read them: `83.1 KB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["KB", "MB", "GB"];
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${Number(size.toFixed(size < 100 ? 1 : 0))} ${units[unit] ?? "GB"}`;
}

function refusal(path: string, why: string): WorkspaceError {
  return new WorkspaceError(
    "workspace.quota",
    `There is no room for ${quoted(path)} in this workspace: ${why}. Overwrite large files that are no longer needed with less.`,
  );
}
