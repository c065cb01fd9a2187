// Workspaces in a temporary folder, with a place outside of them that must stay as it is.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../src/base/logger.ts";
import type { Workspace, Workspaces } from "../../src/workspace/contract.ts";
import { createFolderBlobs } from "../../src/workspace/blobs.ts";
import { createWorkspaces, type WorkspacesDeps } from "../../src/workspace/workspaces.ts";

export const address = { tenant: "local", workspace: "thread-1" };

export interface TemporaryWorkspaces {
  readonly folder: string;
  readonly workspaces: Workspaces;
  /** `files/` of `address`. */
  readonly files: string;
  /** A folder beside the root with `secret.txt` in it. */
  readonly outside: string;
  /** Opens `address`; closed with everything else. */
  open(): Promise<Workspace>;
  /** Other workspaces over the same folders: another process. */
  again(deps?: Partial<WorkspacesDeps>): Workspaces;
  /** Names in `.staging` and `.stale` of `address`. */
  leftovers(): Promise<{ staging: string[]; stale: string[] }>;
  /** Is the place outside as it was? */
  outsideIsUntouched(): Promise<boolean>;
  /** Closes and removes everything. Rejects when something outside was touched or staged files were left behind. */
  remove(): Promise<void>;
}

export async function temporaryWorkspaces(deps: Partial<WorkspacesDeps> = {}): Promise<TemporaryWorkspaces> {
  const folder = await mkdtemp(join(tmpdir(), "deputy-workspaces-"));
  const outside = join(folder, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "secret.txt"), "SECRET");
  const again = (more: Partial<WorkspacesDeps> = {}): Workspaces =>
    createWorkspaces({
      root: join(folder, "workspaces"),
      blobs: createFolderBlobs(join(folder, "blobs")),
      log: silentLogger,
      now: Date.now,
      ...deps,
      ...more,
    });
  const workspaces = again();
  const opened: Workspace[] = [];
  const home = join(folder, "workspaces", address.tenant, address.workspace);
  const outsideIsUntouched = async (): Promise<boolean> => {
    const names = await readdir(outside);
    const secret = await readFile(join(outside, "secret.txt"), "utf8");
    return names.join() === "secret.txt" && secret === "SECRET";
  };
  return {
    folder,
    workspaces,
    outside,
    files: workspaces.pathOf(address),
    again,
    async open() {
      const workspace = await workspaces.open(address);
      opened.push(workspace);
      return workspace;
    },
    async leftovers() {
      return { staging: await readdir(join(home, ".staging")), stale: await readdir(join(home, ".stale")) };
    },
    outsideIsUntouched,
    async remove() {
      await Promise.all(opened.map((workspace) => workspace.close()));
      if (!(await outsideIsUntouched())) throw new Error("Something outside of the workspace was touched.");
      const staged = await readdir(join(home, ".staging")).catch(() => []);
      if (staged.length > 0) throw new Error(`Staged files were left behind: ${staged.join(", ")}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The rejection of `act`, which must reject. */
export async function rejection(act: Promise<unknown>): Promise<Error & { code?: string }> {
  const outcome = await act.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in outcome) throw new Error(`It resolved, with ${JSON.stringify(outcome.value)}.`);
  if (outcome.error instanceof Error) return outcome.error;
  throw new Error("It rejected with something that is no error.");
}
