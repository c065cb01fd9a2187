// What calls of the model are judged by.

import type { Stages } from "../runtime/pipeline.ts";
import { passUnlessAsked } from "../runtime/stages/approval.ts";
import { byRules, type Rulebook } from "../runtime/stages/by-rules.ts";
import { ownRights } from "../runtime/stages/grant.ts";

export function createStages(rulebook: Rulebook): Stages {
  return {
    policy: byRules(rulebook),
    grant: () => Promise.resolve(ownRights),
    approval: passUnlessAsked,
  };
}
