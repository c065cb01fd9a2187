// Control groups for commands, where this process may make them: the kernel then counts memory and processes of a command
// with all that it started (SBX-3). Version 2, or the hierarchies of version 1.

import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface CgroupLimits {
  readonly memoryBytes: number;
  readonly processes: number;
}

export interface Cgroup {
  /** Puts a process, and what it starts from now on, into the group. */
  add(pid: number): Promise<void>;
  /** As `add`, but only where processes are counted: half the time under version 1. */
  count(pid: number): Promise<void>;
  /** The kernel has ended a process of it because its memory was used up. */
  ranOutOfMemory(): Promise<boolean>;
  /** When its processes are gone. */
  remove(): Promise<void>;
}

export type MakeCgroup = (name: string, limits: CgroupLimits) => Promise<Cgroup>;

interface Hierarchy {
  /** The folder that ours are made in. */
  readonly parent: string;
  readonly settings: (limits: CgroupLimits) => Readonly<Record<string, number>>;
  /** File and line that count the kernel's kills. */
  readonly kills?: { readonly file: string; readonly line: RegExp };
}

const memoryV2 = ({ memoryBytes, processes }: CgroupLimits): Record<string, number> => ({
  "memory.max": memoryBytes,
  "pids.max": processes,
});

/** What can be used here, tried by making a group; undefined where nothing can. */
export async function findCgroups(
  root = "/sys/fs/cgroup",
  self = "/proc/self/cgroup",
): Promise<MakeCgroup | undefined> {
  const text = await readFile(self, "utf8").catch(() => "");
  for (const hierarchies of candidates(root, text)) {
    const make: MakeCgroup = (name, limits) => makeIn(hierarchies, name, limits);
    try {
      const tried = await make(`deputy-try-${process.pid}`, { memoryBytes: 2 ** 30, processes: 64 });
      await tried.remove();
      return make;
    } catch {
      // Not ours to make, or its controllers are not switched on: the next one.
    }
  }
  return undefined;
}

function candidates(root: string, self: string): Hierarchy[][] {
  const own = new Map(
    self.split("\n").flatMap((line): [string, string][] => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return path === undefined ? [] : (controllers ?? "").split(",").map((name) => [name, path]);
    }),
  );
  const v2 = (path: string): Hierarchy[] => [
    {
      parent: join(root, path),
      settings: memoryV2,
      kills: { file: "memory.events", line: /^oom_kill (\d+)$/m },
    },
  ];
  const v1: Hierarchy[] = [
    {
      parent: join(root, "memory", own.get("memory") ?? ""),
      settings: ({ memoryBytes }) => ({ "memory.limit_in_bytes": memoryBytes }),
      kills: { file: "memory.oom_control", line: /^oom_kill (\d+)$/m },
    },
    {
      parent: join(root, "pids", own.get("pids") ?? ""),
      settings: ({ processes }) => ({ "pids.max": processes }),
    },
  ];
  return [v2(own.get("") ?? ""), v2(""), v1];
}

async function makeIn(
  hierarchies: readonly Hierarchy[],
  name: string,
  limits: CgroupLimits,
): Promise<Cgroup> {
  const made: { folder: string; kills?: Hierarchy["kills"]; countsProcesses: boolean }[] = [];
  const remove = async (): Promise<void> => {
    for (let next = made[0]; next !== undefined; next = made[0]) {
      await rmdir(next.folder);
      made.shift();
    }
  };
  try {
    for (const { parent, settings, kills } of hierarchies) {
      const folder = join(parent, name);
      await mkdir(folder);
      made.push({ folder, kills, countsProcesses: "pids.max" in settings(limits) });
      for (const [file, value] of Object.entries(settings(limits))) await set(folder, file, value);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    async add(pid) {
      for (const { folder } of made) await set(folder, "cgroup.procs", pid);
    },
    async count(pid) {
      for (const { folder, countsProcesses } of made)
        if (countsProcesses) await set(folder, "cgroup.procs", pid);
    },
    async ranOutOfMemory() {
      const counts = await Promise.all(
        made.map(async ({ folder, kills }) => {
          const text = kills && (await readFile(join(folder, kills.file), "utf8").catch(() => ""));
          return Number(kills?.line.exec(text ?? "")?.[1] ?? 0);
        }),
      );
      return counts.some((count) => count > 0);
    },
    remove,
  };
}

/** The file is the kernel's: where it is missing, so is the controller. */
function set(folder: string, file: string, value: number): Promise<void> {
  return writeFile(join(folder, file), String(value), { flag: "r+" });
}
