// The one way of a tool call: validate → policy → grant → approval → execute → journal.
//
// Owns the order of the stages before the act. `execute` runs in tool-act.ts, `journal` is journal.ts.
//
//   P1  Every call of the model passes every stage in this order; a stage that refuses ends it with a result.
//   P2  The stages before the act read rows and the run's own folder, and touch nothing outside, so they may run before the
//       intent is journalled.
//   P3  A call that lacks an approval or a grant is `gated`: its intent is journalled, the run parks, and nothing is done.
//       When the gate opens every stage is passed again, as things are then (I11).
//   P4  An act that its service did not do for want of rights is at the gate again, in the commit that says so: it touched nothing.
//       Its approval stays used by it (AP3): the same act goes on under it, and another one does not.

import type { ApprovalSeal } from "../approvals/approval-seal.ts";
import type { Draft } from "../approvals/ask-approval.ts";
import type { Approval } from "../domain/approval.ts";
import type { Provenance } from "../domain/provenance.ts";
import type { PolicyVerdict } from "../domain/policy.ts";
import type { PersonKey } from "../domain/ids.ts";
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
      /** Of this very act: used up by it. */
      readonly approval?: Approval;
      /** Of another act of its kind, that stands for this one too (APR-8). */
      readonly standing?: Approval;
    }
  | {
      readonly kind: "gated";
      readonly call: CheckedCall;
      readonly gate: Gate;
      readonly policy: PolicyVerdict;
    }
  | {
      readonly kind: "refused";
      readonly output: ToolOutput;
      readonly policy?: PolicyVerdict;
      /** An approval that somebody changed in the database. */
      readonly tampered?: Approval;
    };

/** What is missing. */
export type Gate =
  | { readonly kind: "grant"; readonly need: GrantAsk }
  /** Without a draft it is asked for already. `instead` of one that does not fit any more. */
  | {
      readonly kind: "approval";
      readonly draft?: Draft;
      readonly people?: readonly { readonly key: PersonKey; readonly name: string }[];
      readonly instead?: Approval;
    };

/** Made by app.ts, so that what is judged by is known in one place. */
export interface Stages {
  readonly policy: PolicyStage;
  readonly grant: GrantStage;
  readonly approval: ApprovalStage;
  /** Seals what changes in approvals (APR-10). */
  readonly seal: ApprovalSeal;
}

export type Circumstances = Omit<Question, "call" | "provenance"> & {
  readonly offered: readonly Tool[];
  /** Tools that there are and that may not be used, by name: why. */
  readonly held: ReadonlyMap<string, string>;
  readonly provenanceOf: (call: CheckedCall) => Promise<Provenance>;
};

/** Takes a call through the stages before the act. */
export async function admit(request: ToolCallRequest, at: Circumstances, use: Stages): Promise<Admission> {
  const { offered, held, provenanceOf, ...rest } = at;
  const valid = validate(request, offered, held);
  if (valid.kind === "invalid") return refused(valid.problem);
  const { tool, canonical, input, call: bound } = valid;
  const call: CheckedCall = { request, tool, canonical, input, bound };
  const question: Question = { ...rest, call, provenance: await provenanceOf(call) };
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
  switch (approval.kind) {
    case "pass": {
      const { kind: _pass, ...given } = approval;
      return { kind: "admitted", call, rights, policy, ...given };
    }
    case "ask": {
      const { kind: _ask, ...asked } = approval;
      return { kind: "gated", call, policy, gate: { kind: "approval", ...asked } };
    }
    case "pending":
      return { kind: "gated", call, policy, gate: { kind: "approval" } };
    case "refused":
      return {
        ...refused(approval.problem, policy),
        ...(approval.tampered ? { tampered: approval.tampered } : {}),
      };
    default:
      return approval satisfies never;
  }
}

function refused(content: string, policy?: PolicyVerdict): Extract<Admission, { kind: "refused" }> {
  return { kind: "refused", output: { content, isError: true }, ...(policy ? { policy } : {}) };
}
