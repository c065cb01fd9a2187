// A worker that is killed takes its commands with it (X3, I8).

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startChild } from "../../support/child.ts";
import { processesWith } from "./processes-with.ts";

it("X3: a command dies with the worker that is killed, with everything it started", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "deputy-left-"));
  const mark = `985${process.pid}`;
  const command = `(setsid nohup sleep ${mark} >/dev/null 2>&1 &); sleep ${mark} & wait`;
  const worker = startChild("test/tools/sandbox/worker-child.ts", [folder, command], {});
  await expect.poll(() => processesWith(`sleep\0${mark}`), { timeout: 40_000 }).toBe(2);

  worker.kill("SIGKILL");
  await once(worker, "exit");

  await expect.poll(() => processesWith(`sleep\0${mark}`)).toBe(0);
  await rm(folder, { recursive: true, force: true });
});
