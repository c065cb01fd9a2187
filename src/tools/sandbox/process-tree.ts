// How much a command uses with all that it started, as the kernel shows it: for machines without control groups, and to say
// in words why it was ended.
//
// Synchronous on purpose: these files are in memory, and a tree that is read in one go is one that was there at once.

import { readdirSync, readFileSync } from "node:fs";

export interface TreeUsage {
  /** Threads count, as they do for the limit. */
  readonly processes: number;
  /** Memory that is nobody else's. */
  readonly bytes: number;
  readonly pids: readonly number[];
}

/** Of `root` and its descendants; stops counting beyond `most` processes. */
export function usageOfTree(root: number, most: number): TreeUsage {
  const queue = [root];
  const pids: number[] = [];
  let processes = 0;
  let bytes = 0;
  for (let pid = queue.pop(); pid !== undefined && processes <= most; pid = queue.pop()) {
    const status = read(`/proc/${pid}/status`);
    const threads = Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    processes += threads;
    pids.push(pid);
    bytes += Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    for (const thread of threads > 1 ? list(`/proc/${pid}/task`) : [String(pid)]) {
      const children = read(`/proc/${pid}/task/${thread}/children`).trim();
      if (children !== "") queue.push(...children.split(" ").map(Number));
    }
  }
  return { processes, bytes, pids };
}

/** Gone while we look is as good as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
