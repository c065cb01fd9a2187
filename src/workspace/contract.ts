// The agent's folder of one conversation, and its versions.
//
// Owns: confinement, quotas, reading and writing, manifests and blobs. Does not own: which step changed what (the
// journal), or who may see a file.
//
//   F1  No path leaves the folder: `..`, absolute paths, links, devices and races are refused (SBX-6).
//   F2  A version is a manifest of content-addressed blobs; the blobs are on disk before the manifest is recorded.
//   F3  A folder that was opened for an epoch is the only one that epoch can touch: a zombie writes where nobody reads.
//   F6  A blob that was set aside is read as before, and is kept anew by whoever keeps the same content meanwhile.

import type { Manifest } from "../domain/manifest.ts";
import type { TaintMarks } from "../domain/taint.ts";

export interface WorkspaceQuota {
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly maxFileBytes: number;
}

export interface WorkspaceAddress {
  readonly tenant: string;
  /** Folder name under the tenant, from the conversation. */
  readonly workspace: string;
}

export interface Workspaces {
  /** Opens `files/` as it is, making it if it is not there. The caller closes it. */
  open(address: WorkspaceAddress): Promise<Workspace>;
  /**
   * For a new owner after a dead or frozen one: moves the old folder aside and makes `files/` afresh from
   * `manifest` (empty when undefined). Handles that were open before keep pointing at the old folder (F3).
   */
  takeOver(address: WorkspaceAddress, manifest: Manifest | undefined, epoch: number): Promise<Workspace>;
  /** The path of `files/` for people: `deputy` prints it. */
  pathOf(address: WorkspaceAddress): string;
  /** Removes every file that was last touched before `before`. What somebody made meanwhile stays, and so does `files/` itself. */
  clear(address: WorkspaceAddress, before: number): Promise<void>;
  readonly blobs: Blobs & LeavingBlobs;
}

/** All paths are relative to `files/`, with `/`. Failures are `WorkspaceError`s with a sentence for the model. */
export interface Workspace {
  readonly path: string;
  list(path: string, depth: number): Promise<readonly FileEntry[]>;
  stat(path: string): Promise<FileEntry>;
  /** At most `limit` bytes from `offset`. */
  read(path: string, offset: number, limit: number): Promise<Buffer>;
  /** Whole file as text; refuses binaries and files over `maxBytes` with a sentence. Says how it was decoded. */
  readText(path: string, maxBytes: number): Promise<DecodedText>;
  /** Replaces the whole file at once (temporary file and rename); makes folders. Counts against the quota. */
  write(path: string, content: Buffer | string): Promise<FileEntry>;
  /** Streams a file in, e.g. a download; refuses beyond the quota and leaves nothing behind then. */
  writeStream(path: string, content: AsyncIterable<Uint8Array>): Promise<FileEntry>;
  remove(path: string): Promise<void>;
  /** Every file (not `.deputy/results`), for searching. Depth-first, sorted. */
  walk(path: string): AsyncIterable<FileEntry>;
  /**
   * Puts changed files into blobs and returns the manifest. Cheap when nothing changed: unchanged files are told by
   * size, mtime and inode. `undefined` if it equals `previous`. What is not in `previous` as it is gets the marks that
   * `taintOf` gives its path (TNT-2); none when absent.
   */
  snapshot(
    previous: Manifest | undefined,
    taintOf?: (path: string) => TaintMarks,
  ): Promise<Snapshot | undefined>;
  /** What is there, whoever put it there: sizes, and what no other method would take up. */
  survey(): Promise<Survey>;
  /** Where the held folder is at this moment, for a sandbox that mounts it (F3). */
  location(): Promise<string>;
  readonly quota: WorkspaceQuota;
  close(): Promise<void>;
}

export interface Survey {
  readonly bytes: number;
  /** Entries of any kind. */
  readonly files: number;
  readonly links: number;
  readonly hardLinks: number;
  /** Pipes, sockets, devices. */
  readonly special: number;
  /** Names with control characters or of broken encoding. */
  readonly badNames: number;
}

export interface Snapshot {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface FileEntry {
  readonly path: string;
  readonly kind: "file" | "folder";
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

export interface DecodedText {
  readonly text: string;
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly lines: number;
}

/** Content-addressed and immutable: the same content twice is one blob. */
export interface Blobs {
  put(content: Buffer): Promise<string>;
  get(sha256: string): Promise<Buffer>;
  has(sha256: string): Promise<boolean>;
  putManifest(manifest: Manifest): Promise<string>;
  getManifest(digest: string): Promise<Manifest>;
}

/** How blobs go that nothing refers to any more (F6). */
export interface LeavingBlobs {
  /** Takes it out of the way of new content, not of readers (F6). Nothing where it is not there; may be done again. */
  setAside(sha256: string): Promise<void>;
  /** Undoes `setAside`. */
  bringBack(sha256: string): Promise<void>;
  /** Deletes what was set aside, and not what was kept anew. */
  dropAside(sha256: string): Promise<void>;
}
