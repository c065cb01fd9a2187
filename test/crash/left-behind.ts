// Runs as a release leaves them behind when its processes end at once: waiting for a person, in the middle of a step, not
// begun. Made by the loop itself, which is abandoned where each run has come as far as it is to.

import { readFile } from "node:fs/promises";
import { setTimeout as pauseMs } from "node:timers/promises";
import { createAgentDirectory } from "../../src/app/agent-directory.ts";
import type { App } from "../../src/app.ts";
import type { Config } from "../../src/config/load-config.ts";
import type { RunId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Step } from "../../src/domain/step.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { fixedTools } from "../../src/tools/source.ts";
import { finishes, says, uses } from "../app/product.ts";
import type { FakeOpenAi, FakeReply } from "../fakes/fake-openai.ts";
import { openStages } from "../support/open-stages.ts";
import { toolSets } from "./tool-sets.ts";

export const lefts = [
  "queued",
  "question",
  "budget",
  "model",
  "compaction",
  "keyed",
  "once",
  "gone",
  "changed",
  "doubt",
] as const;
export type Left = (typeof lefts)[number];

export interface Job {
  /** In the request, and in no other job's. */
  readonly mark: string;
  readonly left: Left;
}

/** Steps that a run may make before it is asked for more: what `budget` comes to, and no other job. */
export const budgetSteps = 10;

export function jobsOf(counts: Partial<Readonly<Record<Left, number>>>): Job[] {
  return lefts.flatMap((left) =>
    Array.from({ length: counts[left] ?? 0 }, (_none, n) => ({
      mark: `job-${left}-${String(n).padStart(3, "0")}.`,
      left,
    })),
  );
}

export function resultOf({ mark }: Job): string {
  return `Done: ${mark}`;
}

/** What the model says, in order: to the release that leaves the job behind, then to the one that goes on with it. */
export function scriptJob(model: FakeOpenAi, job: Job, noteFile: string): void {
  const after = job.left === "compaction" ? [says(`Notes of ${job.mark}`)] : [];
  model.replyTo(
    job.mark,
    ...repliesBefore(job, noteFile),
    ...after,
    finishes(resultOf(job), ...filesOf(job)),
  );
}

/** Made before the process ended, and shared at the end. */
export function filesOf({ left }: Job): readonly string[] {
  return left === "keyed" ? ["text.md"] : [];
}

function repliesBefore(job: Job, noteFile: string): readonly FakeReply[] {
  const note = { file: noteFile, line: job.mark };
  const before: Readonly<Record<Left, readonly FakeReply[]>> = {
    queued: [],
    question: [uses(["ask_person", { question: `Which one, ${job.mark}?`, options: ["This", "That"] }])],
    budget: Array.from({ length: budgetSteps / 2 }, (_none, n) => plans(`${job.mark} ${n}`)),
    model: [{ kind: "silence" }],
    compaction: [plans(`${job.mark} 1`), plans(`${job.mark} 2`), tooLong, { kind: "silence" }],
    keyed: [uses(["write_file", { path: "text.md", content: job.mark }]), uses(["note_keyed", note])],
    once: [uses(["note_once", note])],
    gone: [uses(["note_gone", note])],
    changed: [uses(["note_changed", note])],
    doubt: [uses(["note_once", note])],
  };
  return before[job.left];
}

/** How often the model was asked about each job: the intent of a call stands before the call goes out. */
function countAsked(model: FakeOpenAi): (mark: string) => number {
  const asked = new Map<string, number>();
  model.refuseIf((body) => {
    const mark = /job-[a-z]+-\d{3}\./.exec(JSON.stringify(body))?.[0] ?? "";
    asked.set(mark, (asked.get(mark) ?? 0) + 1);
    return undefined;
  });
  return (mark) => asked.get(mark) ?? 0;
}

function plans(title: string): FakeReply {
  return uses([
    "set_plan",
    { title, steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) },
  ]);
}

const tooLong: FakeReply = {
  kind: "raw",
  status: 400,
  body: JSON.stringify({ error: { message: "Too long.", code: "context_length_exceeded" } }),
};

export interface OldRelease {
  readonly app: App;
  readonly model: FakeOpenAi;
  readonly config: Config;
  readonly noteFile: string;
}

/** Brings every job as far as it is to come, and ends. The app has no workers of its own. */
export async function leaveBehind(old: OldRelease, jobs: readonly Job[]): Promise<void> {
  const { app, config, model, noteFile } = old;
  const { store } = app.edges;
  const asked = countAsked(model);
  const agents = createAgentDirectory(config);
  const tools = fixedTools([...builtinTools, ...toolSets.old]);
  const runtime = createRuntime({ ...app.edges, tools, agents, stages: openStages });
  const find = async (): Promise<ReadonlyMap<string, Run>> => {
    const runs = await store.read((tx) => tx.runs.list({ limit: 1_000 }));
    return new Map(
      runs.flatMap((run) =>
        jobs.filter(({ mark }) => run.goal.includes(mark)).map(({ mark }) => [mark, run]),
      ),
    );
  };
  const waitFor = async (what: string, is: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 6_000; tries += 1) {
      if (await is()) return;
      await pauseMs(20);
    }
    throw new Error(`The old release never came to ${what}`);
  };
  const bring = async (job: Job, id: RunId): Promise<void> => {
    const { mark, left } = job;
    const ending = new AbortController();
    const segment = work(app, runtime, id, ending.signal);
    await waitFor(mark, async () => {
      const { run, steps } = await store.read(async (tx) => ({
        run: await tx.runs.find(id),
        steps: await tx.steps.list(id, 0),
      }));
      const heard = asked(mark) >= repliesBefore(job, noteFile).length;
      return heard && run !== undefined && isThere(left === "doubt" ? "once" : left, run, steps);
    });
    if (notes.has(left) && noteFile !== "/dev/null") {
      await waitFor(`the act of ${mark}`, async () =>
        (await readFile(noteFile, "utf8").catch(() => "")).includes(mark),
      );
    }
    ending.abort();
    await segment;
    if (left === "doubt") await work(app, runtime, id, new AbortController().signal);
  };
  await waitFor("a run for each job", async () => (await find()).size === jobs.length);
  const runs = await find();
  await Promise.all(
    jobs.map(async (job) => {
      const run = runs.get(job.mark);
      if (run && job.left !== "queued") await bring(job, run.id);
    }),
  );
}

const notes: ReadonlySet<Left> = new Set(["keyed", "once", "gone", "changed", "doubt"]);

function isThere(left: Left, run: Run, steps: readonly Step[]): boolean {
  if (left === "queued") return true;
  if (left === "question" || left === "budget" || left === "doubt") return run.state === "waiting";
  const last = steps.at(-1);
  return last?.state === "started" && (last.tool ?? last.kind) === (notes.has(left) ? `note_${left}` : left);
}

/** One segment under a lease that is over when the next process looks. Ends where `abandon` aborts, as a kill would end it. */
async function work(app: App, runtime: Runtime, id: RunId, abandon: AbortSignal): Promise<void> {
  const { store, world } = app.edges;
  const never = new AbortController().signal;
  const now = world.clock.now();
  const claimed = await store.write(async (tx) => {
    const run = await tx.runs.find(id);
    const limits = { perPerson: 1_000, perTenant: 1_000 };
    return tx.runs.claim({ run: id, segment: run?.segment ?? 0 }, "gone:none:1:1:old", 1, limits, now);
  });
  if (claimed.kind !== "claimed") throw new Error(`The old release could not take ${id}: ${claimed.kind}`);
  const control = { abandon, stop: never, park: never, deadline: now + 600_000 };
  await runtime.runSegment(claimed, control);
}
