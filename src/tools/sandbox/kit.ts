// What every launch shares: the machine's layout, our own small /etc, a scratch folder, control groups.

import { existsSync } from "node:fs";
import { lstat, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { findCgroups, type MakeCgroup } from "./cgroup.ts";
import type { SandboxLimits } from "./contract.ts";
import { bridged } from "./egress-bridge.ts";
import { type HostLayout, readHostLayout } from "./host-layout.ts";
import { insideSocket } from "./profile.ts";

export interface Kit {
  /** Ours alone: sockets, outputs. */
  readonly scratch: string;
  readonly layout: HostLayout;
  readonly ownEtc: Readonly<Record<string, string>>;
  /** Absent where none may be made: then `ulimit` and the watcher hold the limits. */
  readonly makeCgroup: MakeCgroup | undefined;
}

const etc: Readonly<Record<string, string>> = {
  passwd: "agent:x:1000:1000:agent:/tmp/home:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
  group: "agent:x:1000:\nnogroup:x:65534:\n",
  hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

export async function makeKit(nodePath: string): Promise<Kit> {
  await sweep(tmpdir());
  const scratch = await mkdtemp(join(tmpdir(), `deputy-sandbox-${process.pid}-`));
  const ownEtc = Object.fromEntries(Object.keys(etc).map((name) => [name, join(scratch, name)]));
  await Promise.all(Object.entries(etc).map(([name, text]) => writeFile(join(scratch, name), text)));
  const [layout, makeCgroup] = await Promise.all([readHostLayout(nodePath), findCgroups()]);
  return { scratch, layout, ownEtc, makeCgroup };
}

const keptMs = 24 * 3_600_000;

/** Scratch folders of processes that were killed: not of this machine's living, and a day old, in case others share the folder. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^deputy-sandbox-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined); // somebody else was quicker
    const isOurs = stats?.isDirectory() === true && stats.uid === process.getuid?.();
    if (isOurs && stats.mtimeMs < systemClock.now() - keptMs)
      await rm(path, { recursive: true, force: true });
  }
}

export function removeKit(kit: Kit): Promise<void> {
  return rm(kit.scratch, { recursive: true, force: true });
}

type InsideLimits = SandboxLimits & { readonly fileBytes: number; readonly bridge: boolean };

/** What bubblewrap starts: bash with its limits set for good, both streams in one, then the text. */
export function insideCommand(text: string, { layout }: Kit, limits: InsideLimits): string[] {
  const lines = [...limiting(limits), "exec 2>&1", closeInherited, `eval "set --\n$1"`];
  const shell = ["/bin/bash", "-c", lines.join("\n"), "bash", text];
  return limits.bridge ? bridged(layout.node, insideSocket, shell) : shell;
}

/** The same for a service: its streams stay apart, and what is started is the program itself. */
export function insideService(program: readonly string[], { layout }: Kit, limits: InsideLimits): string[] {
  const lines = [...limiting(limits), closeInherited, `exec "$@"`];
  const shell = ["/bin/bash", "-c", lines.join("\n"), "bash", ...program];
  return limits.bridge ? bridged(layout.node, insideSocket, shell) : shell;
}

/** A limit that is lower already can't be raised, and need not be. */
function limiting(limits: InsideLimits): string[] {
  const settings = {
    c: 0,
    n: limits.openFiles,
    u: limits.processes + spareProcesses,
    d: kilobytes(limits.memoryBytes),
    f: kilobytes(limits.fileBytes),
  };
  return Object.entries(settings).map(([which, value]) => `ulimit -${which} ${value} 2>/dev/null`);
}

/** Whatever whoever started us has left open. */
const closeInherited =
  'for f in /proc/$$/fd/*; do f=${f##*/}; if [ "$f" -gt 2 ]; then eval "exec $f>&-"; fi; done; unset f';

/** Above what the watcher allows, so that it sees the excess and can say so. */
export const spareProcesses = 32;

function kilobytes(bytes: number): number {
  return Math.floor(bytes / 1024);
}
