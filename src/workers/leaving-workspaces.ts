// Workspaces that leave, with the blobs of their versions.

import { type AppError, isAppError } from "../base/errors.ts";
import type { LeavingWorkspace } from "../store/contract-retention.ts";
import { readManifests, type ReadDeps } from "./read-manifests.ts";

export interface Leaving extends LeavingWorkspace {
  /** Of its versions, not the versions themselves: their sizes by their names. */
  readonly files: ReadonlyMap<string, number>;
}

export function namesOf({ files, digests }: Leaving): readonly string[] {
  return [...files.keys(), ...digests];
}

export interface LeavingRead {
  readonly leaving: readonly Leaving[];
  /** Of the first that is left out because a version of it can't be read: its files would stay for good. */
  readonly failure: AppError | undefined;
}

export async function withFiles(deps: ReadDeps, rows: readonly LeavingWorkspace[]): Promise<LeavingRead> {
  const leaving: Leaving[] = [];
  let failure: AppError | undefined;
  for (const row of rows) {
    const files = await filesOf(deps, row);
    if (!isAppError(files)) leaving.push({ ...row, files });
    else {
      failure ??= files;
      const facts = { workspace: row.workspace, error: files.message };
      deps.log.error("A version of a workspace that leaves can't be read: what is left of it stays", facts);
    }
  }
  return { leaving, failure };
}

/** Where a version is gone, so are its files: they go first. */
async function filesOf(deps: ReadDeps, row: LeavingWorkspace): Promise<Map<string, number> | AppError> {
  const files = new Map<string, number>();
  const versions = [...new Set(row.digests)].map((digest) => ({ digest }));
  for await (const { manifest } of readManifests(deps, versions)) {
    if (isAppError(manifest) && manifest.code !== "workspace.blob_missing") return manifest;
    if (isAppError(manifest)) deps.log.debug("A version that leaves is gone already", manifest.facts);
    else for (const { sha256, sizeBytes } of manifest) files.set(sha256, sizeBytes);
  }
  return files;
}
