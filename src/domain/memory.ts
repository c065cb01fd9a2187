// A fact to keep across runs. DM memory never reaches a channel: the scope is part of the key.

import { createHash } from "node:crypto";
import type { TenantId } from "./ids.ts";
import type { TaintMarks } from "./taint.ts";

/** `person:<key>` in a DM, `channel:<platform>/<channel>` elsewhere. */
export type MemoryScope = `person:${string}` | `channel:${string}`;

/** Whose facts: nothing is ever looked for in two of these at once. */
export interface MemoryOwner {
  readonly tenant: TenantId;
  readonly agent: string;
  readonly scope: MemoryScope;
}

export interface NewMemory extends MemoryOwner {
  readonly fact: string;
  /** Of the run that kept it; absent where it had seen nothing. */
  readonly taint?: TaintMarks;
  readonly createdAt: number;
}

export interface Memory extends NewMemory {
  /** Made of the owner and the fact: the same fact twice is one. */
  readonly id: string;
}

/** Case, spaces and the full stop at the end make no other fact. */
export function memoryId({ tenant, agent, scope, fact }: Omit<NewMemory, "createdAt" | "taint">): string {
  const said = fact
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .replace(/[\s.!]+$/u, "")
    .trim();
  const hash = createHash("sha256").update(JSON.stringify([tenant, agent, scope, said]));
  return `mem_${hash.digest("hex").slice(0, 32)}`;
}
