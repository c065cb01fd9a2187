// What a run wanted to say where others read than those whose matter it is (OUT-4): kept until an owner decides.
//
//   WH1  It is decided once: shown privately to its owner, or posted where it was meant to be.

import type { ConversationId, PersonKey, RunId, TenantId } from "./ids.ts";
import type { Utterance } from "./outbox.ts";

export const withheldStates = ["held", "shown", "posted"] as const;
export type WithheldState = (typeof withheldStates)[number];

export interface Withheld {
  readonly id: string;
  readonly tenant: TenantId;
  readonly run: RunId;
  readonly conversation: ConversationId;
  /** Whose private matters are in it. */
  readonly owners: readonly PersonKey[];
  readonly utterance: Utterance;
  readonly state: WithheldState;
  readonly createdAt: number;
  readonly decidedBy?: PersonKey;
  readonly decidedAt?: number;
}
