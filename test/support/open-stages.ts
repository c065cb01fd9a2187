// Stages that let everything pass: for tests of what comes before and after them.

import { createApprovalSeal } from "../../src/approvals/approval-seal.ts";
import { Secret } from "../../src/base/secret.ts";
import type { ApprovalParts } from "../../src/gateway/approval-desk.ts";
import type { PolicyVerdict } from "../../src/domain/policy.ts";
import type { Stages } from "../../src/runtime/pipeline.ts";
import { ownRights } from "../../src/runtime/stages/grant.ts";
import { fixedTools } from "../../src/tools/source.ts";

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

/** With a key of the tests. */
export const testSeal = createApprovalSeal(new Secret(Buffer.alloc(32, 7).toString("base64")));

export const openStages: Stages = {
  policy: () => allowed,
  grant: () => Promise.resolve(ownRights),
  approval: () => Promise.resolve({ kind: "pass" }),
  seal: testSeal,
};

/** In the place of people: what would be asked is refused. */
export const refuseAsked: Stages["approval"] = ({ call }, { decision, why }) =>
  Promise.resolve(
    decision === "allow"
      ? { kind: "pass" }
      : { kind: "refused", problem: `${call.tool.name} needs a person's approval (${why}).` },
  );

/** Nobody is in a group, and no agent has a manager. */
export const testApprovals: ApprovalParts = {
  seal: testSeal,
  groups: {},
  managersOf: () => [],
  tools: fixedTools([]),
};
