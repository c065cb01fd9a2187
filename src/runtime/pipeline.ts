// The one way of a tool call: validate → policy → approval → grant → execute → journal → audit.
//
// Owns the order of the stages before the act. `execute` runs in tool-batch.ts, `journal` is journal.ts.
//
//   P1  Every call of the model passes every stage in this order; a stage that refuses ends it with a result.
//   P2  The stages before the act are pure: they touch nothing outside, so they may run before the intent is journalled.

import type { Run } from "../domain/run.ts";
import type { ToolCallRequest, ToolOutput } from "../domain/step.ts";
import type { Tool } from "../tools/contract.ts";
import { type ApprovalStage, passUnlessAsked } from "./stages/approval.ts";
import { type AuditStage, passAudit } from "./stages/audit.ts";
import type { CheckedCall } from "./stages/checked-call.ts";
import { type GrantStage, passWithoutConnection } from "./stages/grant.ts";
import { type PolicyStage, passPolicy } from "./stages/policy.ts";
import { validate } from "./stages/validate.ts";

export type Admission =
  | { readonly kind: "admitted"; readonly call: CheckedCall; readonly identity: string }
  | { readonly kind: "refused"; readonly output: ToolOutput };

export interface Stages {
  readonly policy: PolicyStage;
  readonly approval: ApprovalStage;
  readonly grant: GrantStage;
  readonly audit: AuditStage;
}

export const stages: Stages = {
  policy: passPolicy,
  approval: passUnlessAsked,
  grant: passWithoutConnection,
  audit: passAudit,
};

/** Takes a call through the stages before the act. */
export function admit(request: ToolCallRequest, run: Run, offered: readonly Tool[], use: Stages): Admission {
  const valid = validate(request, offered);
  if (valid.kind === "invalid") return refused(valid.problem);
  const call: CheckedCall = {
    request,
    tool: valid.tool,
    canonical: valid.canonical,
    bound: valid.call,
  };
  const policy = use.policy(call, run);
  if (policy.kind === "deny") return refused(`Policy forbids ${call.tool.name} here: ${policy.why}`);
  const approval = use.approval(call, run, policy);
  if (approval.kind === "refuse") return refused(approval.problem);
  return { kind: "admitted", call, identity: use.grant(call, run).identity };
}

function refused(content: string): Admission {
  return { kind: "refused", output: { content, isError: true } };
}
