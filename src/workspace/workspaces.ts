// All workspaces of an installation: `<root>/<tenant>/<workspace>/files` and, beside each `files`, two folders of ours:
// `.staging` (files before they get their name, folders that a takeover has ready) and `.stale` (folders of former
// owners, kept an hour in case a zombie still writes there).
//
//   F3  `takeOver` moves `files` aside by rename, so whoever holds it goes on in the moved one.
//   F4  A takeover that was cut short is finished by the next `open` or `takeOver`; `files` is never half made.
//   F5  Of takeovers at once one wins; one whose folder was exchanged meanwhile gives up and leaves the winner's alone.

import type { BigIntStats } from "node:fs";
import { lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode } from "../base/errors.ts";
import { type Failpoints, noFailpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Manifest } from "../domain/manifest.ts";
import { type BlobStore, syncFolder } from "./blobs.ts";
import type { Workspace, WorkspaceAddress, WorkspaceQuota, Workspaces } from "./contract.ts";
import { quoted, translated, WorkspaceError } from "./errors.ts";
import { stagedAt, stagedName } from "./file-writer.ts";
import { bestConfinement, type Confinement, type Folder, isSame, openFolder } from "./folder.ts";
import { createHeldWorkspace } from "./held-workspace.ts";
import { restore } from "./history.ts";
import { createKnownVersions, type KnownVersions } from "./known-versions.ts";
import { clearOld, purge } from "./tree.ts";
import { defaultQuota } from "./usage.ts";
import { isAddressName } from "./workspace-path.ts";

export interface WorkspacesDeps {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly quota?: WorkspaceQuota;
  readonly failpoints?: Failpoints;
  readonly log: Logger;
  readonly now: () => number;
  /** What the machine can do when absent. */
  readonly confinement?: Confinement;
}

const keptMs = 3_600_000;

export function createWorkspaces(deps: WorkspacesDeps): Workspaces {
  const { blobs } = deps;
  const folders = new WorkspaceFolders(deps);
  return {
    blobs,
    open: (address) => folders.open(address),
    takeOver: (address, manifest, epoch) => folders.takeOver(address, manifest, epoch),
    clear: (address, before) => folders.clear(address, before),
    pathOf: (address) => join(folders.homeOf(address), "files"),
  };
}

class WorkspaceFolders {
  readonly #deps: WorkspacesDeps;
  readonly #known: KnownVersions = createKnownVersions();
  #confinement: Promise<Confinement> | undefined;

  constructor(deps: WorkspacesDeps) {
    this.#deps = deps;
  }

  homeOf({ tenant, workspace }: WorkspaceAddress): string {
    for (const name of [tenant, workspace]) {
      if (isAddressName(name)) continue;
      throw new WorkspaceError(
        "workspace.bad_name",
        `${quoted(name)} can't be the name of a workspace's folder: letters, digits, ".", "_" and "-" only.`,
      );
    }
    return join(this.#deps.root, tenant, workspace);
  }

  async open(address: WorkspaceAddress): Promise<Workspace> {
    const home = this.homeOf(address);
    return translated("open", address.workspace, async () => {
      await this.#prepare(home);
      return this.#hold(home, join(home, "files"));
    });
  }

  /** File by file: whoever opens it at this moment keeps what they make. */
  async clear(address: WorkspaceAddress, before: number): Promise<void> {
    const home = this.homeOf(address);
    const beforeNs = BigInt(before) * 1_000_000n;
    await translated("clear", address.workspace, async () => {
      for (const name of ["files", ".staging", ".stale"]) {
        if ((await statPath(join(home, name))) === undefined) continue;
        const folder = await openFolder(join(home, name), await this.#kind());
        try {
          await clearOld(
            folder,
            (stats) => stats.ctimeNs < beforeNs,
            () => stagedName("removed", 0),
          );
        } finally {
          await folder.close();
        }
      }
    });
  }

  async takeOver(
    address: WorkspaceAddress,
    manifest: Manifest | undefined,
    epoch: number,
  ): Promise<Workspace> {
    const home = this.homeOf(address);
    return translated("take over", address.workspace, async () => {
      await this.#prepare(home);
      const files = join(home, "files");
      const before = await lstat(files, { bigint: true });
      const next = await this.#makeNext(home, manifest ?? []);
      // A descriptor is opened before the folder has its name, so that nobody can come between.
      const early = (await this.#kind()) === "descriptor" ? await this.#hold(home, next) : undefined;
      try {
        await this.#swapIn(home, next, before, epoch);
      } catch (error) {
        await early?.close();
        throw error;
      }
      return early ?? this.#hold(home, files);
    });
  }

  /** Moves `files` aside and `next` in its place, if `files` is still the folder that `before` was taken of (F5). */
  async #swapIn(home: string, next: string, before: BigIntStats, epoch: number): Promise<void> {
    const { failpoints = noFailpoints } = this.#deps;
    const files = join(home, "files");
    const aside = join(home, ".stale", stagedName(epoch, this.#deps.now()));
    await failpoints("workspace.before-swap");
    const moved = (await isStill(files, before)) && (await renameIfThere(files, aside));
    if (!moved || !(await isStill(aside, before))) {
      if (moved) await rename(aside, files); // that was the folder of who was quicker
      await rm(next, { recursive: true, force: true });
      throw overtaken(files);
    }
    await failpoints("workspace.in-swap");
    await renameIfThere(next, files); // an `open` at this moment may have finished it for us (F4)
    await failpoints("workspace.after-swap");
    await syncFolder(home);
  }

  /** A folder with the files of `manifest`, under a name that says that it is whole. */
  async #makeNext(home: string, manifest: Manifest): Promise<string> {
    const staging = join(home, ".staging");
    const half = join(staging, stagedName("half", this.#deps.now()));
    try {
      await restore(this.#deps.blobs, manifest, half);
    } catch (error) {
      await rm(half, { recursive: true, force: true }); // nobody but us has been in there
      throw error;
    }
    const next = join(staging, stagedName("next", this.#deps.now()));
    await rename(half, next);
    await syncFolder(staging);
    return next;
  }

  /** Makes what is missing, finishes a takeover that was cut short (F4), sweeps what is old. */
  async #prepare(home: string): Promise<void> {
    await Promise.all(
      [".staging", ".stale"].map((name) => mkdir(join(home, name), { recursive: true, mode: 0o700 })),
    );
    const files = join(home, "files");
    if ((await statPath(files)) === undefined) {
      const next = await newestNext(join(home, ".staging"));
      if (next === undefined) await mkdir(files, { recursive: true, mode: 0o700 });
      else await renameIfThere(next, files);
      if (next !== undefined)
        this.#deps.log.warn("finished a workspace takeover that was cut short", { home });
      await syncFolder(home);
    }
    await Promise.all([".staging", ".stale"].map((name) => this.#sweep(home, name)));
  }

  async #sweep(home: string, name: string): Promise<void> {
    try {
      const oldest = this.#deps.now() - keptMs;
      const old = (await readdir(join(home, name))).filter((entry) => stagedAt(entry) < oldest);
      if (old.length === 0) return;
      const folder = await openFolder(join(home, name), await this.#kind());
      try {
        for (const entry of old) await purge(folder, entry, () => stagedName("removed", 0));
      } finally {
        await folder.close();
      }
    } catch (error) {
      this.#deps.log.warn("could not sweep old folders of a workspace", { home, error });
    }
  }

  async #hold(home: string, folder: string): Promise<Workspace> {
    const { quota = defaultQuota, failpoints = noFailpoints, log, now } = this.#deps;
    const path = join(home, "files");
    const root = await openFolder(folder, await this.#kind());
    let staging: Folder;
    try {
      staging = await openFolder(join(home, ".staging"), await this.#kind());
    } catch (error) {
      await root.close();
      throw error;
    }
    const known = this.#known.of(await identity(root));
    const blobs = this.#deps.blobs;
    return createHeldWorkspace({ path, root, staging, blobs, quota, known, failpoints, log, now });
  }

  #kind(): Promise<Confinement> {
    this.#confinement ??= this.#chooseConfinement();
    return this.#confinement;
  }

  async #chooseConfinement(): Promise<Confinement> {
    const chosen = this.#deps.confinement ?? (await bestConfinement());
    if (chosen === "checked") {
      this.#deps.log.warn(
        "workspaces are confined by checks, not by descriptors: weaker against local processes",
      );
    }
    return chosen;
  }
}

async function identity(folder: Folder): Promise<string> {
  const stats = await lstat(`${folder.here}/.`, { bigint: true });
  return `${stats.dev}.${stats.ino}.${stats.birthtimeNs}`;
}

async function statPath(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function newestNext(staging: string): Promise<string | undefined> {
  const nexts = (await readdir(staging)).filter((name) => name.startsWith("next-"));
  const newest = nexts.toSorted((a, b) => stagedAt(b) - stagedAt(a))[0];
  return newest === undefined ? undefined : join(staging, newest);
}

async function isStill(folder: string, before: BigIntStats): Promise<boolean> {
  const now = await statPath(folder);
  return now !== undefined && isSame(now, before);
}

function overtaken(files: string): WorkspaceError {
  return new WorkspaceError(
    "workspace.taken_over",
    `Another owner took over ${quoted(files)} meanwhile. Give the run up; it goes on elsewhere.`,
  );
}
