// Versions of a workspace, compared and brought back.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest, ManifestFile } from "../domain/manifest.ts";
import { type BlobStore, syncFolder } from "./blobs.ts";
import { translated, WorkspaceError } from "./errors.ts";
import { parsePath } from "./workspace-path.ts";

export interface ManifestDiff {
  readonly added: Manifest;
  readonly removed: Manifest;
  readonly changed: readonly { readonly before: ManifestFile; readonly after: ManifestFile }[];
}

/** What `after` has that `before` has not, and the other way round; each sorted by path. */
export function diffManifests(before: Manifest, after: Manifest): ManifestDiff {
  const old = new Map(before.map((file) => [file.path, file]));
  const kept = new Set(after.map((file) => file.path));
  return {
    added: after.filter((file) => !old.has(file.path)),
    removed: before.filter((file) => !kept.has(file.path)),
    changed: after.flatMap((file) => {
      const was = old.get(file.path);
      return was === undefined || was.sha256 === file.sha256 ? [] : [{ before: was, after: file }];
    }),
  };
}

const writtenAtOnce = 8;

/**
 * Writes the files of `manifest` into `folder`, which must be new: nothing is overwritten, and nobody else may be
 * writing there. Durable when it resolves; what was written stays when it rejects.
 */
export async function restore(
  blobs: Pick<BlobStore, "stream">,
  manifest: Manifest,
  folder: string,
): Promise<void> {
  for (const file of manifest) checkPath(file.path);
  const folders = [...new Set(manifest.flatMap((file) => parentsOf(file.path)))].toSorted();
  await translated("restore into", folder, async () => {
    await mkdir(folder, { recursive: true });
    for (const path of folders) await mkdir(join(folder, path), { recursive: true });
    for (let from = 0; from < manifest.length; from += writtenAtOnce) {
      const some = manifest.slice(from, from + writtenAtOnce);
      await Promise.all(some.map((file) => writeBlob(blobs, file.sha256, join(folder, file.path))));
    }
    for (const path of folders) await syncFolder(join(folder, path));
    await syncFolder(folder);
  });
}

async function writeBlob(blobs: Pick<BlobStore, "stream">, sha256: string, path: string): Promise<void> {
  const handle: FileHandle = await open(path, "wx");
  try {
    for await (const chunk of blobs.stream(sha256)) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function checkPath(path: string): void {
  if (parsePath(path).join("/") === path && path !== "") return;
  throw new WorkspaceError(
    "workspace.bad_name",
    "A version of the workspace names a path that can't be: the manifest was tampered with. Restore an older one.",
  );
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === "." ? [] : [...parentsOf(parent), parent];
}
