// The one way of a tool call: validate → policy → grant → approval → execute → journal.
//
// Owns the order of the stages before the act. `execute` runs in tool-act.ts, `journal` is journal.ts.
//
//   P1  Every call of the model passes every stage in this order; a stage that refuses ends it with a result.
//   P2  The stages before the act read rows and the run's own folder, and touch nothing outside, so they may run before the
//       intent is journalled.
//   P3  A call that lacks an approval or a grant is `gated`: its intent is journalled, the run parks, and nothing is done.
//       When the gate opens every stage is passed again, as things are then (I11).

import type { PolicyVerdict } from "../domain/policy.ts";
import type { ToolCallRequest, ToolOutput } from "../domain/step.ts";
import type { GrantAsk } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import type { ApprovalStage } from "./stages/approval.ts";
import type { CheckedCall, Question } from "./stages/checked-call.ts";
import type { GrantStage, Rights } from "./stages/grant.ts";
import type { PolicyStage } from "./stages/policy.ts";
import { validate } from "./stages/validate.ts";

/** `policy` is absent where the call did not come that far. */
export type Admission =
  | {
      readonly kind: "admitted";
      readonly call: CheckedCall;
      readonly rights: Rights;
      readonly policy: PolicyVerdict;
    }
  | {
      readonly kind: "gated";
      readonly call: CheckedCall;
      readonly gate: Gate;
      readonly policy: PolicyVerdict;
    }
  | { readonly kind: "refused"; readonly output: ToolOutput; readonly policy?: PolicyVerdict };

/** What is missing. */
export type Gate = { readonly kind: "grant"; readonly need: GrantAsk };

/** Made by app.ts, so that what is judged by is known in one place. */
export interface Stages {
  readonly policy: PolicyStage;
  readonly grant: GrantStage;
  readonly approval: ApprovalStage;
}

export type Circumstances = Omit<Question, "call"> & { readonly offered: readonly Tool[] };

/** Takes a call through the stages before the act. */
export async function admit(request: ToolCallRequest, at: Circumstances, use: Stages): Promise<Admission> {
  const { offered, ...rest } = at;
  const valid = validate(request, offered);
  if (valid.kind === "invalid") return refused(valid.problem);
  const { tool, canonical, input, call: bound } = valid;
  const call: CheckedCall = { request, tool, canonical, input, bound };
  const question: Question = { ...rest, call };
  const policy = use.policy(question);
  if (policy.decision === "deny") {
    return refused(`Policy forbids ${tool.name} here: ${policy.why}`, policy);
  }
  const grant = await use.grant(question);
  if (grant.kind === "refused") return refused(grant.problem, policy);
  if (grant.kind === "missing") {
    return { kind: "gated", call, policy, gate: { kind: "grant", need: grant.need } };
  }
  const { kind: _ready, ...rights } = grant;
  const approval = await use.approval(question, policy, rights);
  if (approval.kind === "refused") return refused(approval.problem, policy);
  return { kind: "admitted", call, rights, policy };
}

function refused(content: string, policy?: PolicyVerdict): Admission {
  return { kind: "refused", output: { content, isError: true }, ...(policy ? { policy } : {}) };
}
