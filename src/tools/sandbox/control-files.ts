// Files in a workspace that somebody else's program would obey (SBX-2): a command can read them and not write them. They
// can be written by the tools for files, where every write is seen.
//
//   C1  Links are never followed: a link under one of these names protects nothing and is left alone.

import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../../base/errors.ts";

export interface ControlFiles {
  /** Mounted over themselves writable, so that what is in them can't be renamed away with them. */
  readonly kept: readonly string[];
  readonly readOnly: readonly string[];
}

const ownFolder = ".deputy";
const folders = [".git", ".vscode", ".husky"];
const files = [
  [ownFolder, ".git/hooks", ".git/config", ".git/config.worktree", ".git/info", ".gitmodules", ".gitconfig"],
  [".husky", ".vscode", ".mcp.json", ".envrc", ".pre-commit-config.yaml"],
  [".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".curlrc", ".wgetrc", ".inputrc"],
  [".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile"],
].flat();

/**
 * What is there of them in `root`, which nothing else is changing now (X4). Makes the runtime's own folder. Synchronous:
 * some thirty looks at names, which are quicker than asking for them.
 */
export function findControlFiles(root: string): ControlFiles {
  try {
    mkdirSync(join(root, ownFolder), { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
  const kept = folders.filter((name) => isPlain(join(root, name)));
  const readOnly = files.filter((name) => {
    const parent = name.split("/").slice(0, -1).join("/");
    return (parent === "" || kept.includes(parent)) && isPlain(join(root, name));
  });
  return { kept, readOnly };
}

function isPlain(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isDirectory() || stats.isFile());
}
