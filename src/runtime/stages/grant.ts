// Third stage: the rights that the act uses. Comes before the approval, which binds the account that is used (APR-1).

import type { GrantAsk } from "../../domain/wait.ts";
import type { ReadyGrant } from "../../grants/contract.ts";
import type { Question } from "./checked-call.ts";

/** Whose rights, and which account at the service. */
export interface Rights {
  /** `agent` or a person key: journalled with the step. */
  readonly identity: string;
  readonly connection?: string;
  /** The external account, as people know it. */
  readonly account?: string;
  /** What the tool gets its tokens by. */
  readonly grant?: ReadyGrant;
}

export type GrantVerdict =
  | ({ readonly kind: "ready" } & Rights)
  /** The run parks until its person connects the account, or declines. */
  | { readonly kind: "missing"; readonly need: GrantAsk }
  /** Can't be had here; the sentence is for the model. */
  | { readonly kind: "refused"; readonly problem: string };

/** Reads rows, touches nothing outside (P2). */
export type GrantStage = (question: Question) => Promise<GrantVerdict>;

/** Of what uses no connection (design 10: only MCP tools do). */
export const ownRights: GrantVerdict = { kind: "ready", identity: "agent" };
