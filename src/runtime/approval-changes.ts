// What a commit of the loop changes in approvals: asked for, used up, come to their end.
//
//   AC1  `executing` is committed with the begin of the act, and its end with the result (APR-2, AP3).

import { moved, used } from "../approvals/decide-approval.ts";
import { sealedFor } from "../approvals/ask-approval.ts";
import type { ApprovalSeal } from "../approvals/approval-seal.ts";
import { approvalEvent } from "../approvals/events.ts";
import type { Approval } from "../domain/approval.ts";
import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { WaitId } from "../domain/ids.ts";
import type { StepResult } from "../store/contract.ts";
import type { GatedCall, ReadyCall } from "./act.ts";

export interface ApprovalMove {
  readonly before: Approval;
  readonly after: Approval;
}

export interface ApprovalChanges {
  readonly asks: readonly Approval[];
  readonly moves: readonly ApprovalMove[];
  readonly events: readonly NewAuditEvent[];
}

export interface Commit {
  readonly approvals: readonly Approval[];
  readonly results: readonly StepResult[];
  readonly begun: readonly ReadyCall[];
  /** With the wait that asks for them. */
  readonly gated?: { readonly calls: readonly GatedCall[]; readonly wait: WaitId };
}

export const noApprovalChanges: ApprovalChanges = { asks: [], moves: [], events: [] };

export function approvalChanges(commit: Commit, seal: ApprovalSeal, now: number): ApprovalChanges {
  const { approvals, results, begun, gated } = commit;
  const change = new Changes(seal, now);
  for (const { n, state } of results) {
    const own = approvals.find((approval) => approval.step === n && approval.state === "executing");
    if (own) change.move(own, state);
  }
  for (const call of begun) change.begin(call);
  for (const call of gated?.calls ?? []) if (gated) change.ask(call, gated.wait);
  return change;
}

class Changes implements ApprovalChanges {
  readonly asks: Approval[] = [];
  readonly moves: ApprovalMove[] = [];
  readonly events: NewAuditEvent[] = [];
  readonly #seal: ApprovalSeal;
  readonly #now: number;

  constructor(seal: ApprovalSeal, now: number) {
    this.#seal = seal;
    this.#now = now;
  }

  move(approval: Approval, state: Approval["state"]): void {
    const before = this.#present(approval);
    this.moves.push({ before, after: moved(before, state, this.#seal) });
  }

  begin({ admission }: ReadyCall): void {
    if (admission.kind === "refused") return this.#refuse(admission.tampered);
    const { approval, standing } = admission;
    if (approval?.state === "approved") {
      this.move(approval, "executing");
      this.events.push(approvalEvent("approval.executed", approval, { time: this.#now }));
    }
    if (!standing) return;
    const before = this.#present(standing);
    this.moves.push({ before, after: used(before, this.#seal) });
    const data = { standing: true };
    this.events.push(approvalEvent("approval.executed", standing, { time: this.#now, data }));
  }

  ask({ admission: { gate } }: GatedCall, wait: WaitId): void {
    if (gate.kind !== "approval") return;
    if (gate.instead) this.move(gate.instead, "superseded");
    if (!gate.draft) return;
    const approval = sealedFor(gate.draft, wait, this.#seal);
    this.asks.push(approval);
    this.events.push(approvalEvent("approval.asked", approval, { time: this.#now }));
  }

  #refuse(tampered: Approval | undefined): void {
    if (!tampered) return;
    this.move(tampered, "cancelled");
    const told = { time: this.#now, actor: "system", data: tamperedData };
    this.events.push(approvalEvent("approval.attempted", tampered, told));
  }

  /** As it is after the moves before. */
  #present(approval: Approval): Approval {
    return this.moves.findLast(({ after }) => after.id === approval.id)?.after ?? approval;
  }
}

const tamperedData = { problem: "changed in the database" };

/** As they are after the commit. */
export function afterChanges(
  approvals: readonly Approval[],
  { asks, moves }: Pick<ApprovalChanges, "asks" | "moves">,
): Approval[] {
  const latest = new Map(moves.map(({ after }) => [after.id, after]));
  return [...approvals.map((approval) => latest.get(approval.id) ?? approval), ...asks];
}
