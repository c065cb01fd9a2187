// Approvals, as everything above the store asks for them.
//
//   SP1  A change is conditional on the state and the seal that the caller saw: whoever comes second changes nothing (APR-2).

import type { Approval } from "../domain/approval.ts";
import type { ApprovalId, RunId, WaitId } from "../domain/ids.ts";

export interface ApprovalRepository {
  ask(approval: Approval): Promise<void>;
  find(id: ApprovalId): Promise<Approval | undefined>;
  /** Oldest first. */
  forRun(run: RunId): Promise<Approval[]>;
  /** How many a run has asked for, whoever wrote the rows. */
  count(run: RunId): Promise<number>;
  /** Those asked by one card, by step. */
  ofWait(wait: WaitId): Promise<Approval[]>;
  /** Oldest first. */
  pending(limit: number): Promise<Approval[]>;
  /** Newest first. */
  list(limit: number): Promise<Approval[]>;
  /** False if it is not as `before` any more (SP1). */
  change(before: Approval, after: Approval): Promise<boolean>;
}
