// Fourth stage: has a person approved what policy wants asked? Read from rows, and judged anew each time (APR-1, I11).
//
//   AP1  What was approved is done only if its digest, made anew, is the same. Otherwise it is asked for again.
//   AP2  A row that somebody else changed opens nothing (APR-10).
//   AP3  Where nobody may decide nobody is waited for: the model is told (APR-3).
//   AP4  Who gave it has to be who the rules want for this very act, as they are now: changed arguments may come under rules that
//        want others to decide, or more of them. Then those are asked.
//   AP5  A word holds for as long as it could have been given: what was held up longer than that is asked for again (APR-7).

import type { ApprovalSeal } from "../../approvals/approval-seal.ts";
import { type Act, type Draft, draftApproval, isWhatWasApproved } from "../../approvals/ask-approval.ts";
import { standingFor } from "../../approvals/standing.ts";
import { type Directory, eligible, peopleOf } from "../../approvals/who-decides.ts";
import type { Ids } from "../../base/ids.ts";
import { type Approval, approvalOf, type ApprovalState } from "../../domain/approval.ts";
import { asApprovalId, type PersonKey } from "../../domain/ids.ts";
import { countPeople, linksCountFrom, type SamePerson } from "../../domain/person-link.ts";
import type { PolicyVerdict } from "../../domain/policy.ts";
import type { Question } from "./checked-call.ts";
import type { Rights } from "./grant.ts";
import { namedFiles } from "./named-files.ts";

export type ApprovalVerdict =
  /** `approval`: of this very act. `standing`: of another one, that stands for this one (APR-8). */
  | { readonly kind: "pass"; readonly approval?: Approval; readonly standing?: Approval }
  /** `instead` of one that was approved and is not what would be done any more. */
  | {
      readonly kind: "ask";
      readonly draft: Draft;
      readonly people: readonly Approver[];
      readonly instead?: Approval;
    }
  | { readonly kind: "pending" }
  /** The sentence is for the model. */
  | { readonly kind: "refused"; readonly problem: string; readonly tampered?: Approval };

/** Who may decide, as things are now. */
export interface Approver {
  readonly key: PersonKey;
  readonly name: string;
}

export type ApprovalStage = (
  question: Question,
  policy: PolicyVerdict,
  rights: Rights,
) => Promise<ApprovalVerdict>;

export interface ApprovalStageDeps {
  readonly seal: ApprovalSeal;
  readonly ids: Ids;
  readonly ttlMs: number;
  readonly groups: Directory["groups"];
  /** Which of these keys are one person's, at present or at some time since. */
  readonly same: (keys: readonly PersonKey[], since: number) => Promise<SamePerson>;
  /** How people are called. */
  readonly nameOf: (people: readonly PersonKey[]) => Promise<readonly Approver[]>;
  /** Everything that is asked for at present, in all runs (APR-9). */
  readonly pending: () => Promise<readonly Approval[]>;
}

const hourMs = 3_600_000;
export const approvalLimits = { perHour: 20, perApprover: 10 } as const;

export function createApprovalStage(deps: ApprovalStageDeps): ApprovalStage {
  return async (question, policy, rights) => {
    const own = approvalOf(question.approvals, question.step);
    const asks = policy.decision !== "allow";
    if (!asks && (!own || own.state === "superseded")) return { kind: "pass" };
    const act = await actOf(question, policy, rights);
    if (own) return judgeOwn(question, { own, act, asks }, deps);
    return ask(question, act, deps);
  };
}

interface Owned {
  readonly own: Approval;
  readonly act: Act;
  readonly asks: boolean;
}

async function judgeOwn(
  question: Question,
  { own, act, asks }: Owned,
  deps: ApprovalStageDeps,
): Promise<ApprovalVerdict> {
  switch (own.state) {
    case "pending":
      return { kind: "pending" };
    case "approved":
    case "executing":
      return judgeGiven(question, { own, act, asks }, deps);
    case "superseded":
      return asks ? ask(question, act, deps) : { kind: "pass" };
    case "denied":
    case "expired":
    case "cancelled":
    case "done":
    case "failed":
    case "unknown":
      return { kind: "refused", problem: endedWords(own, own.state) };
    default:
      return own.state satisfies never;
  }
}

/** AP1, AP2. */
async function judgeGiven(
  question: Question,
  { own, act, asks }: Owned,
  deps: ApprovalStageDeps,
): Promise<ApprovalVerdict> {
  if (!deps.seal.holds(own)) return tampered(own);
  if (isWhatWasApproved(own, act)) {
    const isBegun = own.state === "executing";
    if (isBegun || !asks) return { kind: "pass", approval: own };
    if (!isStale(own, question.now, deps.ttlMs) && (await isByThemWhoMay(question, own, act, deps)))
      return { kind: "pass", approval: own };
  } else if (own.state === "executing") return { kind: "refused", problem: changedWords };
  const anew = asks ? await ask(question, act, deps, own.facts.edited) : ({ kind: "pass" } as const);
  return anew.kind === "ask" ? { ...anew, instead: own } : anew;
}

/** AP5. */
function isStale({ decidedAt, createdAt, expiresAt }: Approval, now: number, ttlMs: number): boolean {
  return decidedAt !== undefined && now - decidedAt > Math.max(ttlMs, expiresAt - createdAt);
}

/** AP4. */
// oxlint-disable-next-line max-params -- what is asked, the answer, the act, and by what it is judged
async function isByThemWhoMay(
  question: Question,
  { votes }: Approval,
  act: Act,
  deps: ApprovalStageDeps,
): Promise<boolean> {
  const { draft, people, directory } = await drafted(question, act, deps);
  const given = votes.filter(({ verdict, by }) => verdict === "approve" && people.includes(by));
  const count = countPeople(
    given.map(({ by }) => by),
    directory.same,
  );
  return count >= draft.facts.quorum;
}

interface Drafted {
  readonly draft: Draft;
  /** Who may decide. */
  readonly people: readonly PersonKey[];
  readonly directory: Directory;
}

async function drafted(question: Question, act: Act, deps: ApprovalStageDeps): Promise<Drafted> {
  const { agent, now, step, reason } = question;
  const { ids, ttlMs, groups } = deps;
  const draft = draftApproval(act, {
    id: asApprovalId(ids.next("apr")),
    step,
    nonce: ids.next("n"),
    now,
    ttlMs,
    warnings: warningsOf(question),
    reason,
  });
  const known = { managers: agent.managers, groups };
  const named = draft.facts.approvers.flatMap((names) => peopleOf(names, draft.facts.subject, known));
  const same = await deps.same([draft.facts.subject, ...named], linksCountFrom(now));
  const directory = { ...known, same };
  return { draft, people: eligible(draft.facts, directory), directory };
}

/** `edited`: a person has changed the arguments before, and others have to decide on them. */
// oxlint-disable-next-line max-params -- what is asked, the act, by what it is judged, and whose arguments
async function ask(
  question: Question,
  act: Act,
  deps: ApprovalStageDeps,
  edited?: Approval["facts"]["edited"],
): Promise<ApprovalVerdict> {
  const { call, now, approvals } = question;
  const standing = standingFor(approvals, act, { now, seal: deps.seal });
  if (standing) return { kind: "pass", standing };
  const { draft: plain, people, directory } = await drafted(question, act, deps);
  const facts = { ...plain.facts, ...(edited ? { edited, standable: false } : {}) };
  const draft: Draft = { ...plain, facts };
  const { name } = call.tool;
  const found = countPeople(people, directory.same);
  if (found < draft.facts.quorum) {
    return { kind: "refused", problem: nobodyWords(name, found, draft) };
  }
  const problem = await tooMany(question, people, { deps, directory });
  if (problem !== undefined) return { kind: "refused", problem };
  return { kind: "ask", draft, people: await deps.nameOf(people) };
}

async function actOf({ run, call, readFile }: Question, policy: PolicyVerdict, rights: Rights): Promise<Act> {
  const { tool, canonical, input } = call;
  return { run, tool, canonical, rights, policy, files: await namedFiles(input, readFile) };
}

/** What people have to know about it before they decide: where an address comes from (TNT-4), and what was read. */
function warningsOf({ provenance, run }: Question): readonly string[] {
  const { external } = run.taint;
  if (external.length === 0) return provenance.warnings;
  return [
    ...provenance.warnings,
    `the agent decided this after reading what strangers wrote (${external.join(", ")})`,
  ];
}

/** APR-9: people who are asked too much stop reading. */
async function tooMany(
  { approvals, now }: Question,
  people: readonly PersonKey[],
  { deps, directory }: { readonly deps: ApprovalStageDeps; readonly directory: Directory },
): Promise<string | undefined> {
  const asked = approvals.filter(({ createdAt, facts }) => !facts.edited && createdAt > now - hourMs);
  if (asked.length >= approvalLimits.perHour) {
    return `Not asked: this run has asked for ${asked.length} approvals within an hour. Use ask_person to agree on how to go on, with fewer and larger steps.`;
  }
  const pending = await deps.pending();
  const load = (person: PersonKey): number =>
    pending.filter(({ facts }) => eligible(facts, directory).includes(person)).length;
  if (people.some((person) => load(person) < approvalLimits.perApprover)) return undefined;
  return `Not asked: whoever may approve this has ${approvalLimits.perApprover} open requests already. Do other work first, or tell the person that it has to wait.`;
}

const changedWords =
  "Not done again: what was approved is not what would be done now. Look at how things stand, and ask again if it is still needed.";

function tampered(own: Approval): ApprovalVerdict {
  const problem = `Not done: the approval ${own.id} was changed in the database by somebody else, so it counts for nothing. Whoever runs Deputy has to look at it. Don't try this again.`;
  return { kind: "refused", problem, tampered: own };
}

function nobodyWords(tool: string, found: number, { facts }: Draft): string {
  const who = found === 0 ? "Nobody" : `Only ${found} of the ${facts.quorum} people it needs`;
  return `${who} may approve ${tool} here (${facts.why}). It can't be done; say so, or find another way.`;
}

function endedWords({ tool, votes, facts, expiresAt }: Approval, state: ApprovalState): string {
  const denier = votes.find(({ verdict }) => verdict === "deny")?.byName ?? "The approver";
  if (state === "denied") {
    return `${denier} denied it. ${tool} was not done. Don't try the same in another way; go on without it, or ask what they want instead.`;
  }
  if (state === "expired") {
    const until = new Date(expiresAt).toISOString().slice(0, 16);
    return `Nobody decided by ${until} UTC, which counts as denied. ${tool} was not done (${facts.why}).`;
  }
  return `${tool} was not done: its approval is not open any more (${state}).`;
}
