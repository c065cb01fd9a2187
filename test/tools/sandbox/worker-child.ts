// A worker that runs one command and is killed meanwhile: `tsx worker-child.ts FOLDER COMMAND`.

import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../../src/base/logger.ts";
import { asRunId } from "../../../src/domain/ids.ts";
import { createSandbox } from "../../../src/tools/sandbox/sandbox.ts";
import { createFolderBlobs } from "../../../src/workspace/blobs.ts";
import { createWorkspaces } from "../../../src/workspace/workspaces.ts";

const [folder = "", command = ""] = process.argv.slice(2);
const workspaces = createWorkspaces({
  root: join(folder, "workspaces"),
  blobs: createFolderBlobs(join(folder, "blobs")),
  log: silentLogger,
  now: Date.now,
});
const workspace = await workspaces.open({ tenant: "local", workspace: "left-alone" });
const sandbox = createSandbox({ clock: systemClock, log: silentLogger, allow: [], alone: true });
const { signal } = new AbortController();
await sandbox
  .forRun({ run: asRunId("run_1"), workspace, signal })
  .start({ command, timeoutMs: 60_000, foregroundMs: 60_000, signal });
