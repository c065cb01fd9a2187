// A control group that a command gets when it lives on: to be moved into one costs as much as all of a short command.
//
//   LC1  The whole tree is moved: what was started between a look and its move is found by the next look.

import { randomBytes } from "node:crypto";
import type { Cgroup, CgroupLimits, MakeCgroup } from "./cgroup.ts";

export interface LateCgroup {
  /** The first time, moves what `list` shows until it shows nothing new. Later there is nothing to do. */
  hold(list: () => readonly number[]): Promise<void>;
  ranOutOfMemory(): Promise<boolean>;
  remove(): Promise<void>;
}

/** More than these are not moved one by one: the limits that need no group hold for the rest. */
const mostMoves = 64;

/** One that does nothing where no groups can be made. */
export function createLateCgroup(make: MakeCgroup | undefined, limits: CgroupLimits): LateCgroup {
  let group: Promise<Cgroup | undefined> | undefined;
  return {
    async hold(list) {
      if (make === undefined || group !== undefined) return;
      const name = `deputy-${process.pid}-${randomBytes(6).toString("hex")}`;
      group = make(name, limits).catch(() => undefined);
      const made = await group;
      if (made) await moveAll(made, list);
    },
    ranOutOfMemory: async () => (await (await group)?.ranOutOfMemory()) ?? false,
    async remove() {
      await (await group)?.remove().catch(() => undefined); // its last process may still be on its way out
    },
  };
}

async function moveAll(group: Cgroup, list: () => readonly number[]): Promise<void> {
  const moved = new Set<number>();
  const fresh = (): number[] => list().filter((pid) => !moved.has(pid));
  for (let pids = fresh(); pids.length > 0 && moved.size < mostMoves; pids = fresh()) {
    for (const pid of pids.slice(0, mostMoves)) {
      moved.add(pid);
      await group.add(pid).catch(() => undefined); // it has ended
    }
  }
}
