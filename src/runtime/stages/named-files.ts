// Files of the workspace that arguments name: an approval binds what is in them (APR-1).

import { createHash } from "node:crypto";
import type { ApprovalFacts } from "../../domain/approval.ts";

const mostFiles = 50;
const longestPath = 500;

/** The content of a file of the run's folder; undefined if there is none of that name. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>;

/** Sorted by path. */
export async function namedFiles(input: unknown, read: ReadFile): Promise<ApprovalFacts["files"]> {
  const paths = [...new Set(textsIn(input))].filter(couldBePath).toSorted().slice(0, mostFiles);
  const files = await Promise.all(
    paths.map(async (path) => {
      const content = await read(path);
      return content ? [{ path, sha256: createHash("sha256").update(content).digest("hex") }] : [];
    }),
  );
  return files.flat();
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function couldBePath(text: string): boolean {
  return text !== "" && text.length <= longestPath && !/[\p{Cc}]|:\/\//u.test(text);
}
