import { posix } from "node:path";
import { type Predicate, RuleProblem } from "../contract.ts";

/** A path that is the folder or lies in it, with `.` and `..` followed. Links are not: those are the workspace's business (SBX-6). */
export const under: Predicate = {
  op: "under",
  compile(value) {
    const folder = typeof value === "string" ? normalised(value) : undefined;
    if (folder === undefined) throw new RuleProblem("under compares with a folder such as reports");
    return (argument) => {
      const path = typeof argument === "string" ? normalised(argument) : undefined;
      if (path === undefined || path.startsWith("/") !== folder.startsWith("/")) return "unclear";
      if (folder === "." || folder === "/") return /^\.\.(\/|$)/.test(path) ? "no" : "yes";
      return path === folder || path.startsWith(`${folder}/`) ? "yes" : "no";
    };
  },
};

function normalised(path: string): string | undefined {
  if (path === "" || /[\p{Cc}\p{Cf}\\]/u.test(path)) return undefined;
  const plain = posix.normalize(path);
  return plain.length > 1 ? plain.replace(/\/$/, "") : plain;
}
