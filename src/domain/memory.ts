// A fact to keep across runs. DM memory never reaches a channel: the scope is part of the key.

import type { TenantId } from "./ids.ts";

/** `person:<key>` in a DM, `channel:<platform>/<channel>` elsewhere. */
export type MemoryScope = `person:${string}` | `channel:${string}`;

export interface Memory {
  readonly id: string;
  readonly tenant: TenantId;
  readonly agent: string;
  readonly scope: MemoryScope;
  readonly fact: string;
  readonly createdAt: number;
}
