// From what an act brought to the next committed state: result, next intent or end, in one transaction.
//
//   Z1  A run does not settle as done, and does not ask, while its subject's words lie unread: it reads them first.
//   Z2  Every end of a run posts its message in the transaction that ends it (I13).

import { spentAfter } from "../domain/budget.ts";
import type { Utterance } from "../domain/outbox.ts";
import { runOutcome } from "../domain/run.ts";
import type { StepIntent } from "../store/contract.ts";
import { type Act, type Done, type End, isAct, type Next } from "./act.ts";
import { decide } from "./decide.ts";
import { type DecodedStep, withSteps } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { consequences, lateCard } from "./effects.ts";
import { fitEnd, waitOf, wordsOf } from "./ending.ts";
import { type After, type Change, commit } from "./journal.ts";
import { compact } from "./journal-text.ts";
import { stages } from "./pipeline.ts";
import { settledTool, startedTool } from "./settle-steps.ts";
import { stepId } from "./tool-act.ts";
import { sinceBase, type Work } from "./work.ts";

const unreadWords =
  "Not done: the person wrote something new meanwhile. Read it below, take it in, then go on and finish when it is all done.";

/** One move of the run: where it stands, what was brought, and the change that follows. */
interface Move {
  readonly work: Work;
  /** `work` as it will be when `base` is committed. */
  readonly seen: Work;
  readonly base: Omit<Change, "after">;
  /** The card of a run that has become long. */
  readonly late: readonly Utterance[];
  readonly deps: RuntimeDeps;
}

/** Commits `done` together with what comes next, and returns that. */
export async function moveOn(work: Work, done: Done, deps: RuntimeDeps): Promise<Next> {
  const base = baseOf(work, done, deps);
  const seen = preview(work, base);
  const wanted = done.next ?? decide(seen, decideDeps(deps));
  const next = isAct(wanted) ? wanted : await fitEnd(wanted, deps);
  const late = isAct(next) ? lateCard(work, deps.world) : []; // notes that there is a card now: `build` may be called twice
  const move = { work, seen, base, late, deps };
  const intents = isAct(next) ? await intentsOf(next, deps) : [];
  let outcome: Next = next;
  await commit(deps.store, deps.world, work, {
    hear: hears(next),
    build: (unread) => {
      outcome = next;
      if (isAct(next)) return start(move, next, intents);
      if (!yields(next) || !unread.some((mail) => mail.kind === "steer")) return end(move, next);
      const read = { kind: "model", n: work.run.cursor, fresh: true } as const;
      outcome = read;
      return readFirst(move, next, read);
    },
  });
  return outcome;
}

function decideDeps(deps: RuntimeDeps): Parameters<typeof decide>[1] {
  return {
    now: deps.world.clock.now(),
    contextTokens: deps.model.contextTokens,
    countTokens: deps.model.countTokens,
    stages,
  };
}

function baseOf(work: Work, done: Done, deps: RuntimeDeps): Move["base"] {
  const made = consequences(work, done.effects, deps);
  return {
    results: done.results.map(({ row }) => row),
    steps: done.results.map(({ decoded }) => decoded),
    spent: spentAfter(work.run.spent, done.results.length, done.usage),
    patch: {
      ...done.patch,
      ...made.patch,
      ...(done.contextBase === undefined ? {} : { contextBase: done.contextBase }),
    },
    say: [...(done.say ?? []), ...made.say],
    memories: made.memories,
    ...(done.manifest ? { manifest: done.manifest } : {}),
  };
}

function preview(work: Work, base: Move["base"]): Work {
  const steps = withSteps(work.steps, base.steps);
  const { contextBase, ...patch } = base.patch ?? {};
  return {
    ...work,
    run: { ...work.run, ...patch, spent: base.spent },
    ...sinceBase(steps, work.mail, contextBase),
  };
}

/** Only what reads mail looks for it: the next model call, and the ends that must not overtake a word. */
function hears(next: Next): boolean {
  return next.kind === "model" || yields(next);
}

function yields(next: Next): boolean {
  return next.kind === "ask" || (next.kind === "settle" && next.state === "done");
}

function start({ base, late }: Move, act: Act, intents: readonly StepIntent[]): Change {
  return {
    ...base,
    steps: [...base.steps, ...startedSteps(act)],
    say: [...base.say, ...late],
    after: { kind: "start", intents },
  };
}

/** The end waits: the step that wanted it gets a result that says so, and the model reads the mail. */
function readFirst({ work, base }: Move, next: End, act: Act & { kind: "model" }): Change {
  const held = next.kind === "ask" ? next.n : finishStep(base.steps);
  const step = work.steps.find((candidate) => candidate.n === held);
  const told =
    step?.kind === "tool" ? [settledTool(step, { content: unreadWords, isError: false }, "done")] : [];
  const counted = told.length === 0 || base.results.some(({ n }) => n === held);
  const others = <T extends { readonly n: number }>(items: readonly T[]): T[] =>
    items.filter((item) => item.n !== held || told.length === 0);
  return {
    ...base,
    spent: counted ? base.spent : spentAfter(base.spent, 1, undefined),
    results: [...others(base.results), ...told.map(({ row }) => row)],
    steps: [
      ...others(base.steps),
      ...told.map(({ decoded }) => decoded),
      { kind: "model", n: act.n, state: "started" },
    ],
    after: { kind: "start", intents: [{ n: act.n, kind: "model" }] },
  };
}

function finishStep(steps: readonly DecodedStep[]): number | undefined {
  return steps.find((step) => step.kind === "tool" && step.tool === "finish")?.n;
}

function end({ work, seen, base, deps }: Move, next: End): Change {
  return {
    ...base,
    say: [...base.say, ...wordsOf(seen, next, deps)],
    after: afterEnd(work, next, deps),
  };
}

function afterEnd(work: Work, next: End, deps: RuntimeDeps): After {
  switch (next.kind) {
    case "settle":
      return {
        kind: "settle",
        state: next.state,
        outcome: runOutcome(next.code, next.text),
      };
    case "slice":
      return { kind: "requeue", retries: 0 };
    case "back-off":
      return { kind: "requeue", wakeAt: next.wakeAt, retries: next.retries };
    case "ask":
    case "budget":
    case "doubt":
      return { kind: "park", ...waitOf(work, next, deps) };
    case "still-waiting":
      return { kind: "park", intents: [] };
    default:
      return next satisfies never;
  }
}

async function intentsOf(act: Act, deps: RuntimeDeps): Promise<StepIntent[]> {
  if (act.kind !== "tools") return act.fresh ? [{ n: act.n, kind: act.kind }] : [];
  const fresh = act.calls.filter((call) => call.fresh);
  return Promise.all(
    fresh.map(async (call): Promise<StepIntent> => {
      const step = stepId(call);
      return {
        n: step.n,
        kind: "tool",
        tool: step.tool,
        callId: step.callId,
        arguments: await compact(deps.workspaces.blobs, step.arguments),
        ...(call.admission.kind === "admitted" ? { identity: call.admission.identity } : {}),
      };
    }),
  );
}

function startedSteps(act: Act): DecodedStep[] {
  if (act.kind === "tools") return act.calls.map((call) => startedTool(stepId(call)));
  return [{ kind: act.kind, n: act.n, state: "started" }];
}
