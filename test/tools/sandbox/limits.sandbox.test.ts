// What a command may take, and how it ends where it takes more (SBX-3, A26). Small limits, so that little is taken in tests.

import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findCgroups } from "../../../src/tools/sandbox/cgroup.ts";
import { processesWith } from "./processes-with.ts";
import { openSandboxWorld, type SandboxWorld, type WorldOptions } from "./sandbox-world.ts";

const megabyte = 1024 ** 2;
const limits = {
  memoryBytes: 150 * megabyte,
  processes: 40,
  openFiles: 64,
  temporaryBytes: 4 * megabyte,
  outputBytes: megabyte,
};
const quota = { maxBytes: 8 * megabyte, maxFiles: 200, maxFileBytes: 6 * megabyte };

async function inWorld<T>(act: (world: SandboxWorld) => Promise<T>, options: WorldOptions = {}): Promise<T> {
  const world = await openSandboxWorld({ limits, quota, ...options });
  try {
    return await act(world);
  } finally {
    await world.close();
  }
}

const isHeldByKernel = process.getuid?.() !== 0 || (await findCgroups()) !== undefined;

describe("sandbox: limits", () => {
  it.each([
    // Without a limit of the kernel's, as for root without control groups, a real one is not for a shared machine.
    [
      "a fork bomb",
      isHeldByKernel ? ":(){ :|:& };:; sleep 20" : "for i in $(seq 90); do sleep 20 & done; wait",
      /more processes than a command may/,
    ],
    [
      "many that wait",
      "for i in $(seq 60); do sleep 20 & done; wait",
      /more processes|Resource temporarily unavailable/,
    ],
    [
      "memory for several",
      "for i in 1 2 3 4; do python3 -c 'x = b\"x\" * 60_000_000; import time; time.sleep(20)' & done; wait",
      /more memory than a command may/,
    ],
    [
      "one file after another",
      "for i in $(seq 20); do head -c 2000000 /dev/zero > f$i; done; sleep 20",
      /workspace is full/,
    ],
    ["very many files", "mkdir m; for i in $(seq 900); do : > m/$i; done; sleep 20", /workspace is full/],
    ["words without end", "yes; sleep 20", /printed more than can be kept/],
    ["no end", "echo begun; sleep 20", /its time was over.*\n\nbegun/s],
  ])("SBX-3: ends %s in plain words, with everything it started", async (what, command, words) => {
    await inWorld(async ({ run, workspace }) => {
      const { text, isError } = await run(command, what === "no end" ? 5 : 15);

      expect(text).toMatch(words);
      expect(isError || /unavailable/.test(text)).toBe(true);
      expect(processesWith(workspace.path)).toBe(0);
    });
  });

  it.each([
    ["the memory of one process", "python3 -c 'x = b\"x\" * 400_000_000'", /MemoryError/],
    ["a file's size", "head -c 7000000 /dev/zero > large; echo code $?", /File size limit exceeded/],
    ["open files", "for i in $(seq 100); do exec {f}</dev/null; done", /Too many open files/],
    ["/tmp", "head -c 9000000 /dev/zero > /tmp/x", /No space left on device/],
    ["shared memory", "head -c 9000000 /dev/zero > /dev/shm/x", /No space left on device/],
    ["core dumps", "ulimit -c; kill -SEGV $$", /^0$/m],
  ])("SBX-3: holds %s", async (_what, command, words) => {
    await inWorld(async ({ run }) => expect((await run(command, 15)).text).toMatch(words));
  });

  it("SBX-3: limits can't be raised", async () => {
    await inWorld(async ({ run }) => {
      const { text } = await run("ulimit -n 4096 || echo refused; ulimit -d unlimited || echo refused");
      expect(text.match(/refused/g)).toHaveLength(2);
    });
  });

  it("X3: a stop ends a command at once, with everything it started", async () => {
    await inWorld(async (world) => {
      const mark = `987${process.pid}`;
      const running = world.run(`(setsid sleep ${mark} &) ; nohup sleep ${mark} & sleep ${mark}`);
      await expect.poll(() => processesWith(`sleep\0${mark}`)).toBe(3);

      world.segment.abort();

      expect((await running).text).toMatch(/it was stopped/);
      expect(processesWith(`sleep\0${mark}`)).toBe(0);
    });
  });

  it("X3: what a command leaves running ends with it", async () => {
    await inWorld(async ({ run }) => {
      const mark = `986${process.pid}`;
      const { text } = await run(`setsid nohup sleep ${mark} >/dev/null 2>&1 & disown; echo left`);

      expect(text).toMatch(/Exit code 0.*left/s);
      await expect.poll(() => processesWith(`sleep\0${mark}`)).toBe(0);
    });
  });

  it("SBX-3: uses control groups where they can be made, and leaves none behind", async () => {
    const made = await findCgroups();
    if (made === undefined) return; // elsewhere the tests above show that it does without
    await inWorld(async ({ run }) => {
      expect((await run("sleep 0.3; cat /proc/self/cgroup")).text).toMatch(/deputy-\d+-[0-9a-f]+|:\/$/m);
    });
    const left = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/memory", "/sys/fs/cgroup"].flatMap((folder) => {
      try {
        return readdirSync(folder).filter((name) => name.startsWith(`deputy-${process.pid}-`));
      } catch {
        return [];
      }
    });
    expect(left).toEqual([]);
  });
});
