// Runs as commands show them: names and shapes that scripts rely on (design 7).

import { AppError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { approvalOf } from "../domain/approval.ts";
import { asRunId } from "../domain/ids.ts";
import { type Run, type RunState, runStates } from "../domain/run.ts";
import type { Step } from "../domain/step.ts";
import { traceIdOf } from "../domain/trace.ts";
import { expand } from "../runtime/journal-text.ts";
import type { Blobs } from "../workspace/contract.ts";
import { limitOf } from "./limit-of.ts";
import type { Rows } from "./open-rows.ts";

interface ListedRun {
  readonly id: string;
  readonly state: RunState;
  readonly conversation: string;
  readonly agent: string;
  readonly subject: string;
  readonly mode: string;
  readonly goal: string;
  readonly created_at: string;
  readonly waiting_for?: string;
}

export async function listRuns(
  { store }: Rows,
  options: { readonly state?: string; readonly limit: string },
): Promise<ListedRun[]> {
  const limit = limitOf(options.limit, "runs");
  const state = runStates.find((known) => known === options.state);
  if (options.state !== undefined && !state)
    throw usage(`--state ${options.state} is none of ${runStates.join(", ")}.`);
  return store.read(async (tx) => {
    const runs = await tx.runs.list({ limit, ...(state ? { states: [state] } : {}) });
    const open = new Map((await tx.waits.listOpen(10_000)).map((wait) => [wait.run, wait.kind]));
    return runs.map((run) => listed(run, open.get(run.id)));
  });
}

function listed(run: Run, waitingFor: string | undefined): ListedRun {
  return {
    id: run.id,
    state: run.state,
    conversation: run.conversation,
    agent: run.agent,
    subject: run.subject,
    mode: run.mode,
    goal: run.goal,
    created_at: new Date(run.createdAt).toISOString(),
    ...(waitingFor === undefined ? {} : { waiting_for: waitingFor }),
  };
}

export async function findRun({ store }: Rows, id: string): Promise<Run> {
  const run = await store.read((tx) => tx.runs.find(asRunId(id)));
  if (!run)
    throw new AppError(
      "cli.unknown_run",
      `There is no run ${id}. \`deputy runs list\` shows those there are.`,
    );
  return run;
}

export function stepNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usage(`${text} is not the number of a step.`);
}

export async function showRun(
  rows: Rows,
  id: string,
): Promise<{ readonly run: ShownRun; readonly steps: readonly ShownStep[] }> {
  const run = await findRun(rows, id);
  const { steps, waits, approvals } = await rows.store.read(async (tx) => ({
    steps: await tx.steps.list(run.id, 0),
    waits: await tx.waits.forRun(run.id),
    approvals: await tx.approvals.forRun(run.id),
  }));
  const open = waits.find((wait) => wait.state === "open");
  return {
    run: {
      ...listed(run, open?.kind),
      title: run.title,
      trace: traceIdOf(run.id),
      ...(run.outcome ? { outcome: run.outcome.code } : {}),
      ...(run.continues === undefined ? {} : { continues: run.continues }),
      steps: run.cursor,
      spent_usd: run.spent.usdMicros / 1e6,
      input_tokens: run.spent.inputTokens,
      output_tokens: run.spent.outputTokens,
    },
    steps: await Promise.all(
      steps.map((step) => shown(step, approvalOf(approvals, step.n)?.id, rows.workspaces.blobs)),
    ),
  };
}

interface ShownRun extends ListedRun {
  readonly title: string;
  readonly trace: string;
  readonly outcome?: string;
  /** The run that this one went on from. */
  readonly continues?: string;
  readonly steps: number;
  readonly spent_usd: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

interface ShownStep {
  readonly n: number;
  readonly kind: string;
  readonly tool?: string;
  readonly state: string;
  readonly arguments?: unknown;
  readonly result?: unknown;
  readonly started_at: string;
  readonly ended_at?: string;
  readonly identity?: string;
  /** The approval that it was asked under. */
  readonly approval?: string;
  readonly manifest?: string;
}

async function shown(step: Step, approval: string | undefined, blobs: Blobs): Promise<ShownStep> {
  const json = async (text: string): Promise<unknown> => {
    const whole = await expand(blobs, text);
    return parseJson(whole)?.value ?? whole;
  };
  return {
    n: step.n,
    kind: step.kind,
    ...(step.tool === undefined ? {} : { tool: step.tool }),
    state: step.state,
    ...(step.arguments === undefined ? {} : { arguments: await json(step.arguments) }),
    ...(step.result === undefined ? {} : { result: await json(step.result) }),
    started_at: new Date(step.startedAt).toISOString(),
    ...(step.endedAt === undefined ? {} : { ended_at: new Date(step.endedAt).toISOString() }),
    ...(step.identity === undefined ? {} : { identity: step.identity }),
    ...(approval === undefined ? {} : { approval }),
    ...(step.manifest === undefined ? {} : { manifest: step.manifest }),
  };
}

function usage(message: string): AppError {
  return new AppError("cli.usage", message);
}
