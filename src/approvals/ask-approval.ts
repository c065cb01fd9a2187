// Makes the request for an approval from what would be done, and makes its digest anew before it is done (APR-1).

import { parseJson } from "../base/json.ts";
import type { Approval, ApprovalFacts } from "../domain/approval.ts";
import { isAgentPrincipal, type Principal } from "../domain/connection.ts";
import type { ApprovalId, PersonKey, WaitId } from "../domain/ids.ts";
import type { ApproverName, PolicyVerdict } from "../domain/policy.ts";
import type { Run } from "../domain/run.ts";
import type { EffectClass } from "../domain/step.ts";
import { isTainted, taintWords } from "../domain/taint.ts";
import type { ApprovalSeal } from "./approval-seal.ts";
import { approvalDigest } from "./digest.ts";
import { isGrave, needsFourEyes } from "./who-decides.ts";

/** An act as it is about to be done. */
export interface Act {
  readonly run: Run;
  readonly tool: {
    readonly name: string;
    readonly title?: string;
    readonly effect: EffectClass;
    readonly pin?: string;
  };
  /** JSON of the arguments. */
  readonly canonical: string;
  readonly rights: {
    readonly connection?: string;
    readonly account?: string;
    readonly grant?: { readonly connection: string; readonly owner: Principal };
  };
  readonly policy: PolicyVerdict;
  readonly files: ApprovalFacts["files"];
}

export interface Asking {
  readonly id: ApprovalId;
  readonly step: number;
  readonly nonce: string;
  readonly now: number;
  /** How long it can be given where the rule does not say (APR-7). */
  readonly ttlMs: number;
  readonly warnings: readonly string[];
  readonly reason?: string | undefined;
}

/** Without the card that asks for it. */
export type Draft = Omit<Approval, "seal" | "wait">;

export function draftApproval(act: Act, asking: Asking): Draft {
  const { run, tool, canonical, policy } = act;
  const { id, step, now, ttlMs, nonce, reason } = asking;
  const expiresAt = now + (policy.expiresMs ?? ttlMs);
  const tainted = isTainted(run.taint);
  const facts: ApprovalFacts = {
    ...boundFacts(act),
    nonce,
    ...serviceOf(act),
    ...(tool.title === undefined ? {} : { title: tool.title }),
    subjectName: run.subjectName,
    rules: [...policy.rules],
    why: policy.why,
    approvers: approversOf(policy),
    quorum: policy.quorum,
    notRequester: policy.notRequester || needsFourEyes(tool.effect, run.mode, tainted),
    taint: taintWords(run.taint),
    warnings: [...asking.warnings],
    ...(reason === undefined ? {} : { reason }),
    standable: !tainted && !isGrave(tool.effect) && policy.quorum === 1,
  };
  const bound = { tenant: run.tenant, run: run.id, tool: tool.name, input: inputOf(canonical), expiresAt };
  return {
    id,
    tenant: run.tenant,
    run: run.id,
    step,
    state: "pending",
    tool: tool.name,
    digest: approvalDigest({ ...bound, facts }),
    arguments: canonical,
    facts,
    votes: [],
    uses: 0,
    expiresAt,
    createdAt: now,
  };
}

export function sealedFor(draft: Draft, wait: WaitId, seal: ApprovalSeal): Approval {
  return seal.sealed({ ...draft, wait });
}

/** I11: is what is about to be done what was approved? */
export function isWhatWasApproved(approval: Approval, act: Act): boolean {
  const facts = { ...boundFacts(act), nonce: approval.facts.nonce };
  const { run, tool, canonical } = act;
  const digest = approvalDigest({
    tenant: run.tenant,
    run: run.id,
    tool: tool.name,
    input: inputOf(canonical),
    expiresAt: approval.expiresAt,
    facts,
  });
  return digest === approval.digest;
}

/** Other arguments by a person's hand: another digest, another approval (APR-1). */
export function editedApproval(
  approval: Approval,
  change: {
    readonly id: ApprovalId;
    readonly nonce: string;
    readonly canonical: string;
    readonly by: { readonly key: PersonKey; readonly name: string };
    readonly now: number;
  },
  seal: ApprovalSeal,
): Approval {
  const { by, now, canonical, id, nonce } = change;
  const { tenant, run, tool, expiresAt } = approval;
  const facts: ApprovalFacts = {
    ...approval.facts,
    nonce,
    edited: { by: by.key, byName: by.name, of: approval.id },
    standable: false,
  };
  const digest = approvalDigest({ tenant, run, tool, input: inputOf(canonical), expiresAt, facts });
  return seal.sealed({ ...approval, id, digest, facts, arguments: canonical, votes: [], createdAt: now });
}

function boundFacts({ run, tool, rights, policy, files }: Act) {
  return {
    agent: run.agent,
    subject: run.subject,
    mode: run.mode,
    effect: tool.effect,
    ...(tool.pin === undefined ? {} : { pin: tool.pin }),
    ...(rights.connection === undefined ? {} : { connection: rights.connection }),
    ...(rights.account === undefined ? {} : { account: rights.account }),
    files,
    policy: policy.version,
  };
}

function serviceOf({ rights: { grant } }: Act): Pick<ApprovalFacts, "service"> {
  if (!grant) return {};
  return { service: { name: grant.connection, of: isAgentPrincipal(grant.owner) ? "agent" : "subject" } };
}

function approversOf({ approvers, alsoIn = [] }: PolicyVerdict): ApproverName[][] {
  return [approvers, ...alsoIn].map((names) => [...names]);
}

function inputOf(canonical: string): unknown {
  return parseJson(canonical)?.value;
}
