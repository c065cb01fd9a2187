// A person's word on exactly one act (APR-1, APR-2).
//
//   AP1  A state changes only along `approvalTransitions`, by a conditional update with one winner.
//   AP2  An approval binds the digest of all that matters. The executor makes it anew from what it is about to do; where the two
//        differ nothing is done (I11).
//   AP3  It is used once: `executing` is committed before the act, and after a crash there it is `unknown`.

export const approvalStates = [
  "pending",
  "approved",
  "denied",
  "expired",
  "cancelled",
  "superseded",
  "executing",
  "done",
  "failed",
  "unknown",
] as const;
export type ApprovalState = (typeof approvalStates)[number];

export const approvalTransitions: Readonly<Record<ApprovalState, readonly ApprovalState[]>> = {
  pending: ["approved", "denied", "expired", "cancelled", "superseded"],
  approved: ["executing", "cancelled", "superseded"],
  denied: [],
  expired: [],
  cancelled: [],
  superseded: [],
  executing: ["done", "failed", "unknown"],
  done: [],
  failed: [],
  unknown: ["done", "failed"],
};
