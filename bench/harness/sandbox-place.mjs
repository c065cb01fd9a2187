// A workspace and a sandbox over it, in a process without rights: Deputy is not to be run as root, and to root the launch is
// slower by a control group.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { product } from "./product-place.mjs";

const [{ systemClock }, { silentLogger }, { createFolderBlobs }, { createWorkspaces }, { createSandbox }] =
  await Promise.all(
    [
      "base/clock.js",
      "base/logger.js",
      "workspace/blobs.js",
      "workspace/workspaces.js",
      "tools/sandbox/sandbox.js",
    ].map(product),
  );

export const never = new AbortController().signal;
const nobody = 65_534;

export async function openSandboxPlace() {
  if (process.getuid() === 0) {
    process.setgroups([]);
    process.setgid(nobody);
    process.setuid(nobody);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-bench-sandbox-"));
  const log = silentLogger;
  const workspaces = createWorkspaces({
    root: path.join(folder, "workspaces"),
    blobs: createFolderBlobs(path.join(folder, "blobs")),
    log,
    now: Date.now,
  });
  const workspace = await workspaces.open({ tenant: "local", workspace: "bench" });
  const sandbox = createSandbox({ clock: systemClock, log, allow: [], alone: true });
  const state = await sandbox.state();
  if (state.kind !== "ready") throw new Error(`No sandbox here: ${state.why}`);
  return {
    workspace,
    sandbox,
    async close() {
      await sandbox.close();
      await workspace.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The middle of `count` times that `act` takes. */
export async function medianMs(count, act) {
  const took = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await act();
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(count / 2)];
}
