// Decisions on what was asked for approval: by a click, from the command line, by time, by new words (APR-2 to APR-7).
//
//   AD1  Who may decide is looked at when they do, as the platform describes them now (APR-3). Whoever may not is told, the
//        attempt is on record, and the card stays.
//   AD2  Decided once: the run is held while it is looked at, and a change is conditional on what was seen.
//   AD3  A row that was changed by somebody else is closed, and the run is told (APR-10).
//   AD4  No decision in time is a no (APR-7).

import type { ApprovalSeal } from "../approvals/approval-seal.ts";
import { moved, withStanding, withVote } from "../approvals/decide-approval.ts";
import { approvalEvent } from "../approvals/events.ts";
import { type Directory, eligible, mayDecide, type MayDecide } from "../approvals/who-decides.ts";
import type { Approval, Vote } from "../domain/approval.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { isElsewhere, linksCountFrom, type SamePerson, samePerson } from "../domain/person-link.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import { approvalAnswers } from "../runtime/voice/approval-card.ts";
import * as words from "../runtime/voice/approval-words.ts";
import type { ToolSource } from "../tools/source.ts";
import { answerWait } from "./answer-wait.ts";
import { sayVotes } from "./asked-cards.ts";
import type { Decision } from "./desk.ts";

export interface ApprovalParts {
  readonly seal: ApprovalSeal;
  readonly groups: Directory["groups"];
  readonly managersOf: (agent: string) => readonly PersonKey[];
  /** What edited arguments are checked by. */
  readonly tools: Pick<ToolSource, "find">;
}

export interface Asked {
  readonly run: Run;
  readonly wait: Wait;
}

export interface Deciding {
  /** One of the wait's, or all that are open. */
  readonly only?: Approval["id"] | undefined;
  readonly verdict: Vote["verdict"];
  readonly via: Vote["via"];
  readonly by: Person;
  readonly forRun: boolean;
}

/** Undefined if it was done; otherwise what to tell who tried. */
export async function decideApprovals(
  d: Decision,
  parts: ApprovalParts,
  asked: Asked,
  deciding: Deciding,
): Promise<string | undefined> {
  await d.tx.runs.hold(asked.run.id);
  const all = await d.tx.approvals.ofWait(asked.wait.id);
  const named = all.filter(({ id }) => deciding.only === undefined || id === deciding.only);
  const open = named.filter(({ state }) => state === "pending");
  if (open.length === 0) return late(d, named, deciding);
  if (open.some(({ expiresAt }) => expiresAt <= d.now)) {
    for (const approval of open) await attempted(d, approval, deciding.by, "expired");
    await expireApprovals(d, parts, asked);
    return words.expired;
  }
  const refusals: string[] = [];
  for (const approval of open) {
    const refusal = await vote(d, parts, approval, deciding);
    if (refusal !== undefined) refusals.push(refusal);
  }
  if (refusals.length < open.length) await afterVote(d, parts, asked, deciding);
  return refusals[0];
}

/** AD4. */
export async function expireApprovals(d: Decision, { seal }: ApprovalParts, asked: Asked): Promise<void> {
  await d.tx.runs.hold(asked.run.id);
  for (const approval of await d.tx.approvals.ofWait(asked.wait.id)) {
    if (approval.state !== "pending") continue;
    const after = { ...moved(approval, "expired", seal), decidedAt: d.now };
    if (!(await d.tx.approvals.change(approval, seal.sealed(after)))) continue;
    await d.tx.audit.append(approvalEvent("approval.expired", approval, { time: d.now, actor: "system" }));
    d.note({ kind: "approval", outcome: "expired", ms: d.now - approval.createdAt });
  }
  await answerWait(d, asked, { answer: approvalAnswers.expired, via: "default" });
}

/** What was asked no longer stands: its task has changed. */
export async function supersedeApprovals(d: Decision, wait: Wait): Promise<void> {
  for (const approval of await d.tx.approvals.ofWait(wait.id)) {
    // A terminal state opens nothing, so it needs no seal of its own.
    if (approval.state === "pending")
      await d.tx.approvals.change(approval, { ...approval, state: "superseded" });
  }
}

async function late(d: Decision, named: readonly Approval[], { by }: Deciding): Promise<string> {
  for (const approval of named) await attempted(d, approval, by, approval.state);
  return words.alreadyDecided(named[0]);
}

/** As things are at this moment: access may have been withdrawn since the card was made (OPS-2). */
export async function mayDecideNow(
  d: Pick<Decision, "tx">,
  { groups, managersOf }: Pick<ApprovalParts, "groups" | "managersOf">,
  approval: Approval,
  by: Person,
): Promise<MayDecide> {
  if (await d.tx.brakes.find("person", by.key)) return { kind: "may-not", why: "revoked" };
  const same = await sameAs(d, approval, by);
  return mayDecide(approval, by, { managers: managersOf(approval.facts.agent), groups, same });
}

/** Who of those who have to do with it is `by`, under other keys. */
export async function sameAs(
  d: Pick<Decision, "tx">,
  { facts, votes, createdAt }: Approval,
  by: Person,
): Promise<SamePerson> {
  const keys = [facts.subject, by.key, ...votes.map((vote) => vote.by)];
  return samePerson(await d.tx.personLinks.of(keys, linksCountFrom(createdAt)));
}

async function vote(
  d: Decision,
  parts: ApprovalParts,
  approval: Approval,
  { verdict, via, by, forRun }: Deciding,
): Promise<string | undefined> {
  const { seal } = parts;
  if (!seal.holds(approval)) {
    await attempted(d, approval, by, "changed in the database");
    await d.tx.approvals.change(approval, seal.sealed({ ...approval, state: "cancelled", decidedAt: d.now }));
    return words.tampered;
  }
  const may = await mayDecideNow(d, parts, approval, by);
  if (may.kind === "may-not") {
    await attempted(d, approval, by, may.why);
    return words.mayNot(may.why);
  }
  const given = withVote(
    approval,
    { by: by.key, byName: by.name, verdict, via, at: d.now },
    seal,
    await sameAs(d, approval, by),
  );
  if (!given) {
    await attempted(d, approval, by, "voted already");
    return words.votedAlready;
  }
  const stands = forRun && approval.facts.standable && given.state === "approved";
  const after = stands ? withStanding(given, d.now, seal) : given;
  if (!(await d.tx.approvals.change(approval, after))) return words.alreadyDecided(undefined);
  const data = {
    votes: after.votes.length,
    quorum: approval.facts.quorum,
    via,
    ...(stands ? { standing: true } : {}),
  };
  const type = verdict === "deny" ? "approval.denied" : "approval.approved";
  await d.tx.audit.append(approvalEvent(type, approval, { time: d.now, actor: by.key, data }));
  const outcome = verdict === "deny" ? "denied" : "approved";
  d.note({ kind: "approval", outcome, ms: d.now - approval.createdAt });
  return undefined;
}

/** The last decision of a card lets its run go on; before that the card says how far it is. */
async function afterVote(d: Decision, parts: ApprovalParts, asked: Asked, { by }: Deciding): Promise<void> {
  const all = await d.tx.approvals.ofWait(asked.wait.id);
  const open = all.find(({ state }) => state === "pending");
  if (open) return sayVotes(d, asked, all, await nextToDecide(d, parts, open));
  const states = new Set(all.filter(({ state }) => state !== "superseded").map(({ state }) => state));
  const answer =
    states.size > 1
      ? approvalAnswers.mixed
      : states.has("approved")
        ? approvalAnswers.approved
        : approvalAnswers.denied;
  await answerWait(d, asked, { answer, by: by.key, byName: by.name, via: "button" });
}

/** Somebody of the place where it was asked whose word a quorum still lacks. */
async function nextToDecide(
  d: Decision,
  { groups, managersOf }: ApprovalParts,
  { facts, votes }: Approval,
): Promise<Person | undefined> {
  const same = (one: PersonKey, other: PersonKey): boolean => one === other;
  const keys = eligible(facts, { managers: managersOf(facts.agent), groups, same });
  const left = keys.find((key) => !isElsewhere(key, facts.subject) && votes.every(({ by }) => by !== key));
  return left && d.tx.people.find(left);
}

export function attempted(d: Decision, approval: Approval, by: Person, why: string): Promise<void> {
  d.note({ kind: "approval", outcome: "refused", ms: d.now - approval.createdAt });
  return d.tx.audit.append(
    approvalEvent("approval.attempted", approval, { time: d.now, actor: by.key, data: { why } }),
  );
}
