// What calls of the model are judged by.

import type { Stages } from "../runtime/pipeline.ts";
import { passUnlessAsked } from "../runtime/stages/approval.ts";
import { ownRights } from "../runtime/stages/grant.ts";

export function createStages(): Stages {
  return {
    policy: () => ({
      decision: "allow",
      rules: [],
      why: "No rules are in force.",
      version: "none",
      approvers: [],
      quorum: 1,
      notRequester: false,
    }),
    grant: () => Promise.resolve(ownRights),
    approval: passUnlessAsked,
  };
}
