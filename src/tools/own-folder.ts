// `.deputy/` is where the runtime keeps plan, notes, transcripts and large results: the model reads there, the runtime
// writes.

import { quoted } from "../workspace/errors.ts";
import { isOwnFolder, parsePath } from "../workspace/workspace-path.ts";
import { ToolFailure } from "./contract.ts";

export function refuseOwnFolder(path: string): void {
  if (!isInOwnFolder(path)) return;
  throw new ToolFailure(
    `${quoted(path)} was not written: .deputy/ holds your plan, notes and transcripts and is written for you. Choose a path outside of it.`,
  );
}

/** Throws a `WorkspaceError` for paths that can't be. */
export function isInOwnFolder(path: string): boolean {
  return isOwnFolder(parsePath(path));
}
