// Says which entries a command has left that no tool takes up: links are not followed, pipes are not read, none is kept in
// the versions of the workspace (SBX-6).

import type { Workspace } from "../../workspace/contract.ts";

/** A sentence. */
export type Oddities = string;

export async function oddities(workspace: Pick<Workspace, "survey">): Promise<Oddities | undefined> {
  const { links, hardLinks, special, badNames } = await workspace.survey();
  const found = [
    counted(links, "link"),
    counted(hardLinks, "hard link"),
    counted(special, "pipe or socket"),
    counted(badNames, "name with characters that can't be shown"),
  ].filter((text) => text !== undefined);
  if (found.length === 0) return undefined;
  return `Only commands can use these entries of the workspace, and they are not kept in its versions: ${found.join(", ")}.`;
}

function counted(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} × ${what}`;
}
