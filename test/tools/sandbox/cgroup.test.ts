import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCgroups } from "../../../src/tools/sandbox/cgroup.ts";

describe("tools/sandbox/cgroup", () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "deputy-cgroup-"));
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it.each([
    ["there are none", "", []],
    ["the controllers are not switched on", "0::/deputy.service\n", ["deputy.service"]],
    ["of version 1 only one is there", "3:memory:/\n2:pids:/\n", ["memory"]],
  ])("makes none where %s, and leaves nothing behind", async (_why, self, folders) => {
    for (const folder of folders) await mkdir(join(root, folder));
    await writeFile(join(root, "self"), self);

    expect(await findCgroups(root, join(root, "self"))).toBeUndefined();

    for (const folder of folders) expect(await readdir(join(root, folder))).toEqual([]);
    expect((await readdir(root)).toSorted()).toEqual([...folders, "self"].toSorted());
  });
});
