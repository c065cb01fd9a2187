// Looks at a running command now and then and ends it where it takes too much (SBX-3): the net under control groups and
// `ulimit`, and what knows the reason in words.

import type { Clock } from "../../base/clock.ts";
import type { Workspace } from "../../workspace/contract.ts";
import type { KillReason, SandboxLimits } from "./contract.ts";
import type { LateCgroup } from "./late-cgroup.ts";
import { usageOfTree } from "./process-tree.ts";

export interface Watched {
  readonly pid: number;
  readonly limits: SandboxLimits;
  readonly workspace: Pick<Workspace, "survey" | "quota">;
  readonly outputBytes: () => Promise<number>;
  readonly group: LateCgroup;
  readonly timeoutMs: number;
}

const firstLookMs = 25;
const lookMs = 50;
const surveyMs = 500;
/** Looking may take at most this share of the time. */
const mostShare = 0.1;

/** Calls `end` once, with the first reason; the result lets go of the command. */
export function watch(watched: Watched, clock: Clock, end: (why: KillReason) => void): () => void {
  let isOver = false;
  const cancels: (() => void)[] = [];
  const over = (why?: KillReason): void => {
    if (isOver) return;
    isOver = true;
    for (const cancel of cancels) cancel();
    if (why !== undefined) end(why);
  };
  const every = (firstMs: number, leastMs: number, look: () => Promise<KillReason | undefined>): void => {
    let cancel = clock.after(firstMs, () => void again());
    const again = async (): Promise<void> => {
      const startedAt = performance.now();
      const why = await look().catch(() => undefined); // it has ended, and what we look at is closed
      if (why !== undefined) over(why);
      const nextMs = Math.max(leastMs, (performance.now() - startedAt) / mostShare);
      if (!isOver) cancel = clock.after(nextMs, () => void again());
    };
    cancels.push(() => cancel());
  };
  cancels.push(clock.after(watched.timeoutMs, () => over("timeout")));
  every(firstLookMs, lookMs, async () => processesOf(watched) ?? (await kernelOf(watched)));
  every(surveyMs, surveyMs, () => diskOf(watched));
  return over;
}

function processesOf({ pid, limits }: Watched): KillReason | undefined {
  const usage = usageOfTree(pid, limits.processes);
  if (usage.processes > limits.processes) return "processes";
  return usage.bytes > limits.memoryBytes ? "memory" : undefined;
}

async function kernelOf({ pid, outputBytes, group, limits }: Watched): Promise<KillReason | undefined> {
  // Not waited for: to be moved takes its time, and whoever makes processes all the while is never done.
  void group.hold(() => usageOfTree(pid, limits.processes).pids);
  // The kernel has ended a part of it for want of memory: the rest is of no use.
  if (await group.ranOutOfMemory()) return "memory";
  return (await outputBytes()) > limits.outputBytes ? "output" : undefined;
}

/** `.deputy/` has an allowance of its own and is read-only to commands, so the double is never reached by honest work. */
async function diskOf({ workspace }: Watched): Promise<KillReason | undefined> {
  const { bytes, files } = await workspace.survey();
  const { maxBytes, maxFiles } = workspace.quota;
  return bytes > maxBytes || files > maxFiles ? "disk" : undefined;
}
