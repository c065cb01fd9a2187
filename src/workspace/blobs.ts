// Content-addressed files on disk: what versions and sent files are made of.
//
//   B1  A blob is whole or not there: temporary file, fsync, rename, fsync of the folder.
//   B2  What is read is checked against its name.
//   B3  What is set aside has another path, by rename: a reader finds it at one of the two, and who keeps content looks at the first.

import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { Manifest } from "../domain/manifest.ts";
import type { Blobs, LeavingBlobs } from "./contract.ts";
import { fromSystemError, translated, WorkspaceError } from "./errors.ts";

/** Blobs as this folder keeps them: on disk here, in a bucket in `s3-blobs.ts`. */
export interface BlobStore extends Blobs, LeavingBlobs {
  /** Reads `source` to its end, in constant memory. */
  putFrom(source: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** The content in pieces; rejects at the end when it is not what the name says. */
  stream(sha256: string): AsyncIterable<Buffer>;
}

export interface StoredBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Blobs under `folder`, as `ab/cdef…`. Several processes may share it. */
export function createFolderBlobs(folder: string): BlobStore {
  const store = new BlobFolder(folder);
  const put = (content: Buffer): Promise<string> =>
    translated("keep", "a version of a file", () => store.put(content));
  return {
    put,
    putFrom: (source) => store.putFrom(source),
    get: (sha256) => store.get(sha256),
    has: (sha256) => store.has(sha256),
    stream: (sha256) => store.stream(sha256),
    putManifest: (manifest) => put(Buffer.from(manifestText(manifest))),
    getManifest: async (digest) => asManifest(digest, await store.get(digest)),
    setAside: (sha256) => translated("set aside", sha256, () => store.setAside(sha256)),
    bringBack: (sha256) => translated("bring back", sha256, () => store.bringBack(sha256)),
    dropAside: (sha256) => translated("delete", sha256, () => store.dropAside(sha256)),
  };
}

export function asManifest(digest: string, content: Buffer): Manifest {
  const parsed = Manifest.safeParse(parseJson(content.toString())?.value);
  if (!parsed.success) throw corruptBlob(digest, "it is not a manifest");
  return parsed.data;
}

/** The canonical form (RFC 8785): members by name, no white space. */
export function manifestText(manifest: Manifest): string {
  return JSON.stringify(
    manifest.map(({ path, sha256, sizeBytes, taint }) => ({
      path,
      sha256,
      sizeBytes,
      ...(taint ? { taint: { external: taint.external, private: taint.private } } : {}),
    })),
  );
}

export function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Appends `source` to the file, and says what went by. */
export async function writeHashed(
  source: AsyncIterable<Uint8Array>,
  file: Pick<FileHandle, "writeFile">,
): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
    await file.writeFile(chunk);
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

class BlobFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(content: Buffer): Promise<string> {
    const sha256 = sha256Of(content);
    if (await this.#isThere(sha256, content.length)) return sha256;
    await this.#staged(async (handle) => {
      await handle.writeFile(content);
      return sha256;
    });
    return sha256;
  }

  async putFrom(source: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    let sizeBytes = 0;
    const sha256 = await this.#staged(async (handle) => {
      const stored = await writeHashed(source, handle);
      sizeBytes = stored.sizeBytes;
      return stored.sha256;
    });
    return { sha256, sizeBytes };
  }

  async get(sha256: string): Promise<Buffer> {
    const content = await this.#reading(sha256, () => this.#where(sha256, (path) => readFile(path)));
    if (sha256Of(content) !== sha256) throw corruptBlob(sha256, "its content is not what its name says");
    return content;
  }

  async *stream(sha256: string): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    try {
      const file = await this.#where(sha256, (path) => open(path));
      for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 })) {
        const bytes: Buffer = chunk;
        hash.update(bytes);
        yield bytes;
      }
    } catch (error) {
      // oxlint-disable-next-line typescript/only-throw-error -- bugs pass through as they were thrown
      throw missingOr(error, sha256);
    }
    if (hash.digest("hex") !== sha256) throw corruptBlob(sha256, "its content is not what its name says");
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#sizeOf(sha256)) !== undefined;
  }

  async setAside(sha256: string): Promise<void> {
    await makeFolder(join(this.#folder, asideFolder));
    await this.#moved(this.#pathOf(sha256), this.#asideOf(sha256));
  }

  async bringBack(sha256: string): Promise<void> {
    await makeFolder(dirname(this.#pathOf(sha256)));
    await this.#moved(this.#asideOf(sha256), this.#pathOf(sha256));
  }

  async dropAside(sha256: string): Promise<void> {
    await ifThere(() => unlink(this.#asideOf(sha256)));
  }

  async #moved(from: string, to: string): Promise<void> {
    await ifThere(async () => {
      await rename(from, to);
      await syncFolder(dirname(to));
    });
  }

  /** B3: it may be moved either way while we look. */
  async #where<T>(sha256: string, act: (path: string) => Promise<T>): Promise<T> {
    for (const path of [this.#pathOf(sha256), this.#asideOf(sha256)]) {
      try {
        return await act(path);
      } catch (error) {
        if (systemErrorCode(error) !== "ENOENT") throw error;
      }
    }
    return act(this.#pathOf(sha256));
  }

  async #isThere(sha256: string, sizeBytes: number): Promise<boolean> {
    return (await this.#sizeOf(sha256)) === sizeBytes;
  }

  async #sizeOf(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.#pathOf(sha256))).size;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async #reading<T>(sha256: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      // oxlint-disable-next-line typescript/only-throw-error -- bugs pass through as they were thrown
      throw missingOr(error, sha256);
    }
  }

  /** Writes a temporary file with `write` and gives it the name that `write` returns. */
  async #staged(write: (handle: FileHandle) => Promise<string>): Promise<string> {
    const staging = join(this.#folder, ".tmp");
    await makeFolder(staging);
    const temporary = join(staging, randomUUID());
    const handle = await open(temporary, "wx");
    try {
      let sha256: string;
      try {
        sha256 = await write(handle);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const path = this.#pathOf(sha256);
      await makeFolder(dirname(path));
      await rename(temporary, path);
      await syncFolder(dirname(path));
      return sha256;
    } catch (error) {
      await unlink(temporary).catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
  }

  #pathOf(sha256: string): string {
    checkName(sha256);
    return join(this.#folder, sha256.slice(0, 2), sha256.slice(2));
  }

  #asideOf(sha256: string): string {
    checkName(sha256);
    return join(this.#folder, asideFolder, sha256);
  }
}

const asideFolder = ".leaving";

export function checkName(sha256: string): void {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw corruptBlob(sha256, "it is not the name of a blob");
}

async function ifThere(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(made));
}

/** Makes renames in `path` durable. Systems that can't open a folder (Windows) don't need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missingOr(error: unknown, sha256: string): unknown {
  return systemErrorCode(error) === "ENOENT"
    ? missingBlob(sha256, error)
    : fromSystemError(error, "read", sha256);
}

export function missingBlob(sha256: string, cause?: unknown): WorkspaceError {
  return new WorkspaceError(
    "workspace.blob_missing",
    `The blob ${sha256} is not there. Bring it back from a backup of the blobs.`,
    { ...(cause === undefined ? {} : { cause }), facts: { sha256 } },
  );
}

export function corruptBlob(sha256: string, why: string): WorkspaceError {
  return new WorkspaceError(
    "workspace.blob_corrupt",
    `The blob ${sha256} can't be used: ${why}. Bring it back from a backup of the blobs.`,
    { facts: { sha256: sha256.slice(0, 64) } },
  );
}
