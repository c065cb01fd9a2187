// Second stage: may this agent do this, here, for this person? The rules are judged in policy/; pure, and asked again before
// each act (I11).

import type { PolicyVerdict } from "../../domain/policy.ts";
import type { Question } from "./checked-call.ts";

export type PolicyStage = (question: Question) => PolicyVerdict;
