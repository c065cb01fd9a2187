// Stages that let everything pass: for tests of what comes before and after them.

import type { PolicyVerdict } from "../../src/domain/policy.ts";
import type { Stages } from "../../src/runtime/pipeline.ts";
import { ownRights } from "../../src/runtime/stages/grant.ts";

export const allowed: PolicyVerdict = {
  decision: "allow",
  rules: [],
  why: "this test allows everything",
  version: "test",
  approvers: [],
  quorum: 1,
  notRequester: false,
};

/** As `allowed`, but a person is to be asked. */
export function asked(verdict: Partial<PolicyVerdict> = {}): PolicyVerdict {
  return {
    ...allowed,
    decision: "ask",
    rules: ["test-asks"],
    why: "this test asks",
    approvers: ["requester"],
    ...verdict,
  };
}

export const openStages: Stages = {
  policy: () => allowed,
  grant: () => Promise.resolve(ownRights),
  approval: () => Promise.resolve({ kind: "pass" }),
};
