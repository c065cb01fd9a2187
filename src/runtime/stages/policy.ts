// Second stage: may this agent do this, here, for this person? No rules exist in this version, so the answer is yes for
// every built-in tool: an explicit pass-through that a test pins.

import type { Run } from "../../domain/run.ts";
import type { CheckedCall } from "./checked-call.ts";

export type PolicyVerdict =
  | { readonly kind: "allow" }
  | { readonly kind: "ask"; readonly why: string }
  | { readonly kind: "deny"; readonly why: string };

export type PolicyStage = (call: CheckedCall, run: Run) => PolicyVerdict;

export const passPolicy: PolicyStage = () => ({ kind: "allow" });
