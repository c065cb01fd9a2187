import { access, mkdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeKit, removeKit } from "../../../src/tools/sandbox/kit.ts";

const dead = 2 ** 22 + 7; // above what pids can be

it.each([
  ["of a process that is gone, long ago", dead, 0, false],
  ["of a process that has gone just now, here or in another container", dead, Date.now() / 1000, true],
  ["of a process that lives", process.pid, 0, true],
])("tools/sandbox/kit: a scratch folder %s", async (_whose, pid, at, stays) => {
  const folder = join(tmpdir(), `deputy-sandbox-${pid}-test${Math.round(at)}`);
  await mkdir(folder);
  await utimes(folder, at, at);

  await removeKit(await makeKit(process.execPath));

  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  await rm(folder, { recursive: true, force: true });
  expect(isThere).toBe(stays);
});
