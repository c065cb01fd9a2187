// Versions, read a few at a time: however many there are, they take the time that they take and no memory.

import { type AppError, isAppError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Manifest } from "../domain/manifest.ts";
import type { Blobs } from "../workspace/contract.ts";

export interface ReadDeps {
  readonly blobs: Pick<Blobs, "getManifest">;
  readonly log: Logger;
  /** Asked again and again; rejects where it must not go on. */
  readonly goOn: () => Promise<void>;
}

export interface WithManifest {
  /** Or why nobody can read it: it is lost or broken. */
  readonly manifest: Manifest | AppError;
}

const readAtOnce = 8;
const unreadable = new Set(["workspace.blob_missing", "workspace.blob_corrupt"]);

/** Each of `versions`, in their order. Rejects where another try may tell. */
export async function* readManifests<Version extends { readonly digest: string }>(
  { blobs, goOn }: ReadDeps,
  versions: readonly Version[],
): AsyncGenerator<Version & WithManifest> {
  for (let at = 0; at < versions.length; at += readAtOnce) {
    await goOn();
    const some = versions.slice(at, at + readAtOnce);
    yield* await Promise.all(
      some.map(async (version) => ({ ...version, manifest: await readOne(blobs, version.digest) })),
    );
  }
}

async function readOne(blobs: ReadDeps["blobs"], digest: string): Promise<Manifest | AppError> {
  try {
    return await blobs.getManifest(digest);
  } catch (error) {
    if (!isAppError(error) || !unreadable.has(error.code)) throw error;
    return error;
  }
}
