// One run as its page tells of it, for whoever has to answer for it: where it stands, what it did by which rule and whose word, what it
// cost, what it handed over, and where all that is on record.
//
//   RD1  Shown to whoever may see it (RS1). Another's run is as one that is not there.
//   RD2  Nothing that was said, given to a tool or got from it; title, plan and names of files as this person may read them (OUT-4). A
//        tool by its name only where it was let in: the model may call for one that it made up.

import { parseJson } from "../base/json.ts";
import type { Approval } from "../domain/approval.ts";
import { approvalOf } from "../domain/approval.ts";
import { holdsUp } from "../domain/brake.ts";
import type { Budget, Spent } from "../domain/budget.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import { type ApprovalId, asPersonKey, type PersonKey, type RunId, type ScheduleId } from "../domain/ids.ts";
import type { PlanStep } from "../domain/plan.ts";
import { isTerminal, type Run } from "../domain/run.ts";
import { ModelOutput, type Step, type StepKind, type StepState } from "../domain/step.ts";
import { traceIdOf } from "../domain/trace.ts";
import { isMatterOf, toldTo } from "../runtime/told-run.ts";
import { waitsFor } from "../runtime/voice/handed-words.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import type { ToldAct } from "../runtime/voice/why-words.ts";
import type { Tx } from "../store/contract.ts";
import { mayStop, type RulesFor } from "./rules.ts";
import { mayHaveFiles, postedFiles } from "./run-files.ts";
import { type RecordedStep, type RecordSpan, recordOf } from "./run-record.ts";
import { seenBy } from "./run-sight.ts";
import { rightsOf } from "./why.ts";

export interface RunDetails extends Pick<Run, "id" | "state" | "mode" | "agent" | "createdAt"> {
  readonly title: string;
  readonly reader: string;
  readonly asker: string;
  /** It has seen private matters: of others there is no word here. */
  readonly isPrivate: boolean;
  readonly place: Pick<ConversationAddress, "kind" | "channel" | "platform">;
  readonly plan: readonly PlanStep[];
  readonly mayStop: boolean;
  /** A stop was asked for and not obeyed yet. */
  readonly isStopping: boolean;
  /** An operator holds it up (BK1). */
  readonly isHeldUp: boolean;
  readonly stoppedBy?: string | undefined;
  /** Of one that has ended: how, in the word that the record has for it. */
  readonly outcome?: string | undefined;
  readonly schedule?: ScheduleId | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly waitsFor: readonly string[];
  readonly spent: Spent;
  readonly budget: Budget;
  readonly trace: string;
  /** The one whose journal it goes on from. */
  readonly continues?: RunId | undefined;
  /** The one that went on from its own. */
  readonly continuedBy?: RunId | undefined;
  readonly through?: string | undefined;
  /** How many there are before the first one that is told. */
  readonly earlier: number;
  readonly steps: readonly StepDetails[];
  readonly approvals: readonly ApprovalDetails[];
  readonly files: readonly FileDetails[];
  /** Files that this person is not told the names of. */
  readonly untoldFiles: number;
  readonly record?: RecordSpan | undefined;
}

export interface StepDetails {
  readonly n: number;
  readonly kind: StepKind;
  readonly state: StepState;
  readonly tool?: string | undefined;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly as?: ToldAct["as"];
  readonly approval?: ApprovalId | undefined;
  /** By which rules it was let in, asked for or refused. */
  readonly ruling?: RecordedStep | undefined;
  readonly tokens?: number | undefined;
  readonly usdMicros?: number | undefined;
  /** What it changed in the workspace, by the digest of what is there since. */
  readonly manifest?: string | undefined;
}

export interface ApprovalDetails
  extends Pick<Approval, "id" | "step" | "tool" | "state" | "digest" | "expiresAt" | "createdAt"> {
  readonly rules: readonly string[];
  /** Whose word it takes: each of these lists. */
  readonly approvers: readonly (readonly string[])[];
  readonly quorum: number;
  readonly fourEyes: boolean;
  readonly votes: readonly Pick<Approval["votes"][number], "byName" | "verdict" | "via" | "at">[];
  /** Acts after the first that it stood for. */
  readonly uses: number;
}

export interface FileDetails {
  readonly name: string;
  readonly sizeBytes: number;
  /** For whoever may have it (RF1). */
  readonly sha256?: string;
}

/** Steps that are told, the last ones. */
const mostSteps = 200;

export async function runDetails(
  tx: Tx,
  rulesFor: RulesFor,
  reader: PersonKey,
  id: RunId | string,
): Promise<RunDetails | undefined> {
  const seen = await seenBy(tx, rulesFor, reader, id);
  if (!seen) return undefined;
  const { run, address } = seen;
  const { kind, channel, platform } = address;
  const told = toldTo(run, reader);
  const earlier = Math.max(0, run.cursor - mostSteps);
  const waits = await tx.waits.readableOf(run.id);
  const approvals = await tx.approvals.forRun(run.id);
  const { steps: rulings, span, stoppedBy } = await recordOf(tx, run);
  return {
    id: run.id,
    title: titleOfRun(told),
    reader: seen.reader.name,
    state: run.state,
    mode: run.mode,
    agent: run.agent,
    asker: run.subjectName,
    isPrivate: run.taint.private.length > 0,
    place: { kind, channel, platform },
    plan: told.plan?.steps ?? [],
    mayStop: !isTerminal(run.state) && mayStop(run, reader, rulesFor(address, run.agent)),
    isStopping: !isTerminal(run.state) && run.stopRequestedBy !== undefined,
    isHeldUp: !isTerminal(run.state) && (await tx.brakes.list()).some((brake) => holdsUp(brake, run)),
    stoppedBy: await nameOf(tx, run.stopRequestedBy ?? stoppedBy),
    outcome: run.outcome?.code,
    schedule: run.schedule,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    waitsFor: waits.flatMap(({ state, ask }) => (state === "open" ? [waitsFor(ask)] : [])),
    spent: run.spent,
    budget: run.budget,
    trace: traceIdOf(run.id),
    continues: run.continues,
    continuedBy: (await tx.runs.list({ continues: run.id, limit: 1 }))[0]?.id,
    through: run.through,
    earlier,
    steps: await stepsOf(tx, run, { from: earlier, approvals, rulings }),
    approvals: approvals.map(approvalDetails),
    ...(await filesOf(tx, run, reader)),
    record: span,
  };
}

async function nameOf(tx: Pick<Tx, "people">, by: string | undefined): Promise<string | undefined> {
  if (by === undefined || by.startsWith("agent:")) return undefined;
  return (await tx.people.find(asPersonKey(by)))?.name ?? (by.startsWith("cli:") ? "an operator" : by);
}

interface Known {
  readonly from: number;
  readonly approvals: readonly Approval[];
  readonly rulings: ReadonlyMap<number, RecordedStep>;
}

async function stepsOf(tx: Tx, run: Run, { from, approvals, rulings }: Known): Promise<StepDetails[]> {
  const told: StepDetails[] = [];
  for (const step of await tx.steps.list(run.id, from)) {
    const { n, kind, state, tool, startedAt, endedAt, identity, manifest } = step;
    const as = await rightsOf(tx, identity);
    const approval = approvalOf(approvals, n)?.id;
    told.push({
      n,
      kind,
      state,
      ...(identity !== undefined || approval !== undefined ? { tool } : {}),
      startedAt,
      endedAt,
      ...(as ? { as } : {}),
      approval,
      ruling: rulings.get(n),
      ...costOf(step),
      manifest,
    });
  }
  return told;
}

function costOf({ kind, result }: Step): Pick<StepDetails, "tokens" | "usdMicros"> {
  if (kind !== "model" || result === undefined) return {};
  const usage = ModelOutput.safeParse(parseJson(result)?.value).data?.usage;
  return usage ? { tokens: usage.inputTokens + usage.outputTokens, usdMicros: usage.usdMicros } : {};
}

function approvalDetails(approval: Approval): ApprovalDetails {
  const { id, step, tool, state, digest, expiresAt, createdAt, facts, votes, uses } = approval;
  const { rules, approvers, quorum, notRequester } = facts;
  const cast = votes.map(({ byName, verdict, via, at }) => ({ byName, verdict, via, at }));
  return {
    id,
    step,
    tool,
    state,
    digest,
    expiresAt,
    createdAt,
    rules,
    approvers,
    quorum,
    fourEyes: notRequester,
    votes: cast,
    uses,
  };
}

/** What it put into its thread. */
async function filesOf(
  tx: Tx,
  run: Run,
  reader: PersonKey,
): Promise<Pick<RunDetails, "files" | "untoldFiles">> {
  const files = await postedFiles(tx, run);
  if (!isMatterOf(run, reader)) return { files: [], untoldFiles: files.length };
  return {
    files: files.map(({ title, name, sizeBytes, sha256 }) => ({
      name: title ?? name,
      sizeBytes,
      ...(mayHaveFiles(run, reader) ? { sha256 } : {}),
    })),
    untoldFiles: 0,
  };
}
