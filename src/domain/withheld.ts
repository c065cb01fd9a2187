// What a run wanted to say where others read than those whose matter it is (OUT-4): kept until an owner decides.
//
//   WH1  Only an owner decides. It is posted once; it may have been shown to its owner before.

import type { ConversationId, PersonKey, RunId, TenantId } from "./ids.ts";
import type { Outgoing } from "./outbox.ts";

export const withheldStates = ["held", "shown", "posted"] as const;
export type WithheldState = (typeof withheldStates)[number];

export interface Withheld {
  readonly id: string;
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly conversation: ConversationId;
  /** Whose private matters are in it. */
  readonly owners: readonly PersonKey[];
  /** What would have been posted, and under which key. */
  readonly said: { readonly key: string; readonly message: Outgoing };
  readonly state: WithheldState;
  readonly createdAt: number;
  readonly decidedBy?: PersonKey;
  readonly decidedAt?: number;
}
