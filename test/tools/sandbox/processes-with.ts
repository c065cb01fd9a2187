// Processes of this machine, by what is in their command line.

import { readdirSync, readFileSync } from "node:fs";

export function processesWith(mark: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
    } catch {
      return false;
    }
  }).length;
}
