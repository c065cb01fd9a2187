// What a person's word makes of an approval: pure. The transaction around it belongs to the caller.
//
//   DA1  One denial denies; approvals count up to the quorum, each person once, under whatever keys (APR-3, LK1).

import type { Approval, Standing, Vote } from "../domain/approval.ts";
import type { SamePerson } from "../domain/person-link.ts";
import type { ApprovalSeal } from "./approval-seal.ts";

export const standingLimits = { uses: 20, ms: 8 * 3_600_000 } as const;

/** Undefined where this person has voted already. */
export function withVote(
  approval: Approval,
  vote: Vote,
  seal: ApprovalSeal,
  same: SamePerson,
): Approval | undefined {
  if (approval.votes.some(({ by }) => same(by, vote.by))) return undefined;
  const votes = [...approval.votes, vote];
  const approved = votes.filter(({ verdict }) => verdict === "approve").length >= approval.facts.quorum;
  const state = vote.verdict === "deny" ? "denied" : approved ? "approved" : "pending";
  return seal.sealed({ ...approval, votes, state, ...(state === "pending" ? {} : { decidedAt: vote.at }) });
}

/** It stands for more acts of the same kind in its run (APR-8). */
export function withStanding(approval: Approval, at: number, seal: ApprovalSeal): Approval {
  const standing: Standing = { until: at + standingLimits.ms, most: standingLimits.uses };
  return seal.sealed({ ...approval, standing });
}

export function moved(approval: Approval, state: Approval["state"], seal: ApprovalSeal): Approval {
  return seal.sealed({ ...approval, state });
}

export function used(approval: Approval, seal: ApprovalSeal): Approval {
  return seal.sealed({ ...approval, uses: approval.uses + 1 });
}
