// The control group of a command. To be moved into one takes as long as starting a sandbox, so a command gets it when it lives
// on; but where the kernel does not hold `ulimit -u`, which is so for root, it has one before it begins.
//
//   LC1  The whole tree is moved: what was started between a look and its move is found by the next look.

import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Cgroup, CgroupLimits, MakeCgroup } from "./cgroup.ts";

export interface LateCgroup {
  /** Present where the command must not begin without it: puts its first process in. */
  readonly before: ((pid: number) => Promise<void>) | undefined;
  /** The first time, moves what `list` shows until it shows nothing new. Later there is nothing to do. */
  hold(list: () => readonly number[]): Promise<void>;
  ranOutOfMemory(): Promise<boolean>;
  remove(): Promise<void>;
}

const mostTries = 100;
const removeEveryMs = 20;
/** More than these are not moved one by one: the limits that need no group hold for the rest. */
const mostMoves = 64;

/** One that does nothing where no groups can be made. */
export function createLateCgroup(
  make: MakeCgroup | undefined,
  limits: CgroupLimits,
  isRoot = process.getuid?.() === 0,
): LateCgroup {
  const name = `deputy-${process.pid}-${randomBytes(6).toString("hex")}`;
  let group: Promise<Cgroup | undefined> | undefined;
  let isHeld = false;
  let isOver = false;
  const isEarly = make !== undefined && isRoot;
  if (isEarly) group = make(name, limits); // while bubblewrap starts
  group?.catch(() => undefined); // told where it is waited for
  return {
    before: isEarly ? async (pid) => (await group)?.count(pid) : undefined,
    async hold(list) {
      if (make === undefined || isHeld || isOver) return;
      isHeld = true;
      group ??= make(name, limits).catch(() => undefined);
      const made = await group;
      if (made) await moveAll(made, () => (isOver ? [] : list()));
    },
    ranOutOfMemory: async () => (await (await group)?.ranOutOfMemory()) ?? false,
    async remove() {
      isOver = true;
      const made = await group?.catch(() => undefined);
      if (made) await removeWhenEmpty(made);
    },
  };
}

/** Its last processes may still be on their way out. */
async function removeWhenEmpty(group: Cgroup): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const isGone = await group.remove().then(
      () => true,
      () => false,
    );
    if (isGone) return;
    await pause(removeEveryMs);
  }
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
