// One run as its page tells of it: where it stands, what it may spend, and its steps by name, time and rights.
//
//   RD1  Shown to whoever may steer it where they can be: what was asked in a direct message or a group is its person's alone.
//        Another's run is as one that is not there.
//   RD2  Nothing that was said, given to a tool or got from it; the title as this person may read it (OUT-4). A tool by its name
//        only where it was let in: the model may call for one that it made up.

import { type ApprovalId, asRunId, type PersonKey, type RunId } from "../domain/ids.ts";
import { approvalOf } from "../domain/approval.ts";
import type { Budget, Spent } from "../domain/budget.ts";
import type { Run } from "../domain/run.ts";
import type { StepKind, StepState } from "../domain/step.ts";
import { traceIdOf } from "../domain/trace.ts";
import { toldTo } from "../runtime/told-run.ts";
import { waitsFor } from "../runtime/voice/handed-words.ts";
import { titleOfRun } from "../runtime/voice/own-work.ts";
import type { ToldAct } from "../runtime/voice/why-words.ts";
import type { Tx } from "../store/contract.ts";
import { maySteer, type RulesFor } from "./rules.ts";
import { rightsOf } from "./why.ts";

export interface RunDetails extends Pick<Run, "id" | "state" | "mode" | "agent" | "createdAt"> {
  readonly title: string;
  readonly asker: string;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly waitsFor: readonly string[];
  readonly spent: Spent;
  readonly budget: Budget;
  readonly trace: string;
  /** How many there are before the first one that is told. */
  readonly earlier: number;
  readonly steps: readonly StepDetails[];
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
}

/** Steps that are told, the last ones. */
const mostSteps = 200;

export async function runDetails(
  tx: Tx,
  rulesFor: RulesFor,
  reader: PersonKey,
  id: RunId | string,
): Promise<RunDetails | undefined> {
  const run = await tx.runs.find(asRunId(id));
  const person = await tx.people.find(reader);
  const place = run && (await tx.conversations.find(run.conversation));
  if (!run || !person || !place) return undefined;
  if (!maySteer(run, person, rulesFor(place.address, run.agent))) return undefined;
  if (reader !== run.subject && place.address.kind !== "channel") return undefined;
  const earlier = Math.max(0, run.cursor - mostSteps);
  const waits = await tx.waits.readableOf(run.id);
  return {
    id: run.id,
    title: titleOfRun(toldTo(run, reader)),
    state: run.state,
    mode: run.mode,
    agent: run.agent,
    asker: run.subjectName,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    waitsFor: waits.flatMap(({ state, ask }) => (state === "open" ? [waitsFor(ask)] : [])),
    spent: run.spent,
    budget: run.budget,
    trace: traceIdOf(run.id),
    earlier,
    steps: await stepsOf(tx, run, earlier),
  };
}

async function stepsOf(tx: Tx, run: Run, from: number): Promise<StepDetails[]> {
  const approvals = await tx.approvals.forRun(run.id);
  const told: StepDetails[] = [];
  for (const { n, kind, state, tool, startedAt, endedAt, identity } of await tx.steps.list(run.id, from)) {
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
    });
  }
  return told;
}
