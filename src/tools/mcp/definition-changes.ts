// What changed between two definitions, for whoever approves them (MCP-5): every member, with nothing hidden in its words.

import { visible } from "../../approvals/visible-text.ts";
import { parseJson } from "../../base/json.ts";

export interface DefinitionChange {
  /** Such as `inputSchema.properties.id.type`. */
  readonly path: string;
  /** Absent where it was not there. */
  readonly before?: string;
  readonly after?: string;
}

/** From nothing where `before` is absent: all of it. */
export function definitionChanges(before: string | undefined, after: string): DefinitionChange[] {
  const old = leavesOf(before);
  const now = leavesOf(after);
  const paths = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    return [
      {
        path: visible(path),
        ...(was === undefined ? {} : { before: visible(was) }),
        ...(is === undefined ? {} : { after: visible(is) }),
      },
    ];
  });
}

function leavesOf(text: string | undefined): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const open: { readonly path: string; readonly value: unknown }[] = [
    { path: "", value: text === undefined ? undefined : parseJson(text)?.value },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, value } = next;
    const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
    if (inner.length === 0) {
      if (value !== undefined) leaves.set(path, JSON.stringify(value));
      continue;
    }
    for (const [name, part] of inner) {
      open.push({ path: path === "" ? name : `${path}.${name}`, value: part });
    }
  }
  return leaves;
}
