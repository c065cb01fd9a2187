// Third stage: has a person approved what policy wants asked? This version can't ask for approvals, so whatever needs
// one is refused (I11: unknown is never allowed); what needs none passes.

import type { Run } from "../../domain/run.ts";
import type { CheckedCall } from "./checked-call.ts";
import type { PolicyVerdict } from "./policy.ts";

export type ApprovalVerdict =
  | { readonly kind: "pass" }
  | { readonly kind: "refuse"; readonly problem: string };

export type ApprovalStage = (
  call: CheckedCall,
  run: Run,
  policy: Exclude<PolicyVerdict, { kind: "deny" }>,
) => ApprovalVerdict;

export const passUnlessAsked: ApprovalStage = (call, _run, policy) =>
  policy.kind === "allow"
    ? { kind: "pass" }
    : {
        kind: "refuse",
        problem: `${call.tool.name} needs a person's approval (${policy.why}), and approvals can't be asked for here.`,
      };
