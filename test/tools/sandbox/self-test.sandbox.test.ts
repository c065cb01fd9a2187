// A sandbox that does not hold is not used (SBX-5, A15): bubblewrap is exchanged for scripts that leave something out.

import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSandboxWorld } from "./sandbox-world.ts";

describe("sandbox: self-test", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "deputy-weak-"));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A program that calls bubblewrap with its arguments changed by `python` code over `a`, a list. */
  async function weakened(name: string, code: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(
      path,
      `#!/usr/bin/python3\nimport os, sys\na = sys.argv[1:]\ndef drop(*words):\n  n = len(words)\n  i = next(i for i in range(len(a)) if a[i:i+n] == list(words))\n  del a[i:i+n]\ndef before(word, *more):\n  i = a.index(word)\n  a[i:i] = list(more)\n${code}\nos.execve("/usr/bin/bwrap", ["bwrap", *a], {})\n`,
    );
    await chmod(path, 0o755);
    return path;
  }

  it("SBX-5: a whole one is ready", async () => {
    const world = await openSandboxWorld({ bubblewrap: await weakened("whole", "") });
    expect(await world.sandbox.state()).toEqual({ kind: "ready" });
    await world.close();
  });

  it.each([
    [
      "files of other workspaces",
      `before("--json-status-fd", "--bind", "${tmpdir()}", "${tmpdir()}")`,
      /files outside the workspace can be read/,
    ],
    ["/etc", 'before("--json-status-fd", "--ro-bind", "/etc", "/etc")', /secrets of this machine/],
    ["the network", 'before("--cap-drop", "--share-net")', /network of this machine can be reached/],
    ["nested namespaces", 'drop("--disable-userns")', /namespaces can be made inside/],
    ["kernel settings", 'drop("--remount-ro", "/proc")', /settings of the kernel can be written/],
    ["a root that can be written", 'drop("--remount-ro", "/")', /the root can be written/],
    [
      "control files",
      `i = next(i for i in range(len(a)) if a[i].endswith("/.deputy"))\na[i-1] = "--bind"`,
      /own folder can be written/,
    ],
    [
      "capabilities",
      'drop("--cap-drop", "ALL")\nbefore("--new-session", "--cap-add", "CAP_SYS_CHROOT")',
      /capabilities are left/,
    ],
    [
      "processes of this machine",
      'drop("--unshare-all")\nbefore("--cap-drop", "--unshare-net", "--unshare-ipc", "--unshare-uts")',
      /processes of this machine/,
    ],
  ])("SBX-5: without protection of %s nothing runs", async (what, code, why) => {
    const world = await openSandboxWorld({ bubblewrap: await weakened(what.replaceAll(/\W/g, "-"), code) });
    try {
      expect(await world.sandbox.state()).toMatchObject({ kind: "off", why: expect.stringMatching(why) });
      const { text, isError } = await world.run("touch ran");

      expect(isError).toBe(true);
      expect(text).toMatch(/^Commands are off: the sandbox does not hold here: /);
      expect(await readdir(world.temporary.files)).toEqual([]);
    } finally {
      await world.close();
    }
  });

  it.each([
    ["is not there", "/nowhere/bwrap", /it is not installed/],
    ["is too old", "old", /too old/],
    ["may make no namespaces", "forbidden", /user namespaces are not allowed/],
    ["runs its command without a sandbox", "none", /the sandbox does not hold|could not be/],
    ["does nothing", "nothing", /did not run to the end/],
  ])("SBX-5: where bubblewrap %s, nothing runs, on the host least of all", async (_what, name, why) => {
    const scripts: Readonly<Record<string, string>> = {
      old: "echo 'bwrap: Unknown option --disable-userns' >&2; exit 1",
      forbidden: "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
      none: 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
      nothing: "exit 0",
    };
    const path = name.startsWith("/") ? name : join(folder, name);
    if (!name.startsWith("/")) {
      await writeFile(path, `#!/bin/sh\n${scripts[name]}\n`);
      await chmod(path, 0o755);
    }
    const world = await openSandboxWorld({ bubblewrap: path });
    try {
      expect(await world.sandbox.state()).toMatchObject({ kind: "off", why: expect.stringMatching(why) });
      expect(await world.run("touch ran")).toMatchObject({
        isError: true,
        text: expect.stringContaining("Commands are off"),
      });
      expect(await readdir(world.temporary.files)).toEqual([]);
    } finally {
      await world.close();
    }
  });

  it("ST1: where there is none at all, trying it leaves nothing on this machine", async () => {
    const path = join(folder, "none-at-all");
    await writeFile(path, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n');
    await chmod(path, 0o755);
    const left = ["written", "/deputy-self-test", "/usr/bin/deputy-self-test"];
    await Promise.all(left.map((file) => rm(file, { force: true })));
    const setting = await readFile("/proc/sys/kernel/core_uses_pid", "utf8");
    const world = await openSandboxWorld({ bubblewrap: path });
    try {
      expect(await world.sandbox.state()).toMatchObject({ kind: "off" });
      expect(left.filter((file) => existsSync(file))).toEqual([]);
      expect(await readFile("/proc/sys/kernel/core_uses_pid", "utf8")).toBe(setting);
    } finally {
      await world.close();
    }
  });
});
