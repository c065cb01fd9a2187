// Fourth stage: has a person approved what policy wants asked?

import type { PolicyVerdict } from "../../domain/policy.ts";
import type { Question } from "./checked-call.ts";
import type { Rights } from "./grant.ts";

export type ApprovalVerdict =
  | { readonly kind: "pass" }
  /** The sentence is for the model. */
  | { readonly kind: "refused"; readonly problem: string };

export type ApprovalStage = (
  question: Question,
  policy: PolicyVerdict,
  rights: Rights,
) => Promise<ApprovalVerdict>;

export const passUnlessAsked: ApprovalStage = ({ call }, policy) =>
  Promise.resolve(
    policy.decision === "allow"
      ? { kind: "pass" }
      : {
          kind: "refused",
          problem: `${call.tool.name} needs a person's approval (${policy.why}), and approvals can't be asked for here.`,
        },
  );
