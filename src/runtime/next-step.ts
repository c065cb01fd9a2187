// From what an act brought to the next committed state: result, next intent or end, in one transaction.
//
//   Z1  A run does not settle as done, and does not ask, while its subject's words lie unread: it reads them first.
//   Z2  Every end of a run posts its message in the transaction that ends it (I13).

import { spentAfter } from "../domain/budget.ts";
import type { Utterance } from "../domain/outbox.ts";
import { runOutcome } from "../domain/run.ts";
import type { StepIntent } from "../store/contract.ts";
import { type Act, type Done, type End, type GatedCall, isAct, type Next, type PlannedCall } from "./act.ts";
import { decide, offered } from "./decide.ts";
import { type DecodedStep, withSteps } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { consequences, lateCard } from "./effects.ts";
import { approvalChanges, noApprovalChanges } from "./approval-changes.ts";
import { fitEnd, saidPrivately, waitOf, wordsOf } from "./ending.ts";
import { type After, type Begun, type Change, commit } from "./journal.ts";
import { compact } from "./journal-text.ts";
import { judge } from "./judge.ts";
import { begunRecord, changeRecord, gatedEvents } from "./recording.ts";
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
  const wanted = done.next ?? (await decide(seen, decideDeps(seen, deps)));
  const next = isAct(wanted) ? wanted : await fitEnd(wanted, deps);
  const late = isAct(next) ? lateCard(work, deps.world) : []; // notes that there is a card now: `build` may be called twice
  const move = { work, seen, base, late, deps };
  const intents = await intentsOf(next, deps);
  const begins = await begunGated(seen, next, deps);
  let outcome: Next = next;
  await commit(deps.store, deps.world, work, {
    hear: hears(next),
    build: (unread) => {
      outcome = next;
      const judged = (came: Next, change: Change): Change =>
        onRecord(move, withApprovals(move, came, change));
      if (isAct(next)) return judged(next, start(move, next, { intents, begins }));
      if (!yields(next) || !unread.some((mail) => mail.kind === "steer")) {
        return judged(next, end(move, next, intents));
      }
      const read = { kind: "model", n: work.run.cursor + intents.length, fresh: true } as const;
      outcome = read;
      const reading =
        next.kind === "gate" ? readAtGate(move, next.calls, intents, read) : readFirst(move, next, read);
      return judged(read, reading);
    },
  });
  return outcome;
}

/** I12: what the change does is on record with it. */
function onRecord({ seen, deps }: Move, change: Change): Change {
  const { events, payloads } = changeRecord(seen, change, deps.world);
  if (events.length === 0) return change;
  return {
    ...change,
    events: [...events, ...change.events],
    payloads: [...payloads, ...change.payloads],
  };
}

function decideDeps(seen: Work, deps: RuntimeDeps): Parameters<typeof decide>[1] {
  return {
    now: deps.world.clock.now(),
    contextTokens: deps.model.contextTokens,
    countTokens: deps.model.countTokens,
    judge: (request, step) => judge(seen, { request, step, offered: offered(seen) }, deps),
  };
}

function baseOf(work: Work, done: Done, deps: RuntimeDeps): Move["base"] {
  const made = consequences(work, done.effects, deps);
  return {
    results: done.results.map(({ row }) => row),
    steps: [...done.results.map(({ decoded }) => decoded), ...gatedSteps(done.back ?? [])],
    spent: spentAfter(work.run.spent, done.results.length, done.usage),
    patch: {
      ...done.patch,
      ...made.patch,
      ...(done.contextBase === undefined ? {} : { contextBase: done.contextBase }),
    },
    say: [...(done.say ?? []), ...made.say],
    memories: made.memories,
    ...(done.sightings ? { sightings: done.sightings } : {}),
    events: [...(done.events ?? []), ...made.events],
    payloads: [],
    back: (done.back ?? []).map(({ n }) => n),
    begins: [],
    approvals: noApprovalChanges,
    privately: [],
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
  return next.kind === "ask" || next.kind === "gate" || (next.kind === "settle" && next.state === "done");
}

/** AC1. */
function withApprovals({ work, deps }: Move, next: Next, change: Change): Change {
  const { after, results } = change;
  const wait = next.kind === "gate" && after.kind === "park" ? after.wait?.id : undefined;
  const made = approvalChanges(
    {
      approvals: work.approvals,
      results,
      begun: next.kind === "tools" ? next.calls : [],
      ...(next.kind === "gate" && wait !== undefined ? { gated: { calls: next.calls, wait } } : {}),
    },
    deps.stages.seal,
    deps.world.clock.now(),
  );
  const events = [...change.events, ...made.events];
  return { ...change, approvals: { asks: made.asks, moves: made.moves }, events };
}

function start(
  { seen, base, late, deps }: Move,
  act: Act,
  { intents, begins }: { readonly intents: readonly StepIntent[]; readonly begins: readonly Begun[] },
): Change {
  const begun = begunRecord(seen, act, deps.world);
  return {
    ...base,
    events: [...base.events, ...begun.events],
    payloads: begun.payloads,
    steps: [...base.steps, ...startedSteps(act)],
    begins,
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

/** Nothing is asked for: the calls get a result that says so, and the model reads the mail. */
// oxlint-disable-next-line max-params -- the move, what was to be asked for, its intents, and what comes instead
function readAtGate(
  { base }: Move,
  calls: readonly GatedCall[],
  intents: readonly StepIntent[],
  act: Act & { kind: "model" },
): Change {
  const tried = new Set(base.back);
  const told = calls.map((call) =>
    settledTool(
      stepId(call),
      { content: unreadWords, isError: false },
      tried.has(call.n) ? "failed" : "done",
    ),
  );
  return {
    ...base,
    spent: spentAfter(base.spent, told.length, undefined),
    results: [...base.results, ...told.map(({ row }) => row)],
    untouched: calls.flatMap(({ n }) => (tried.has(n) ? [] : [n])),
    steps: [
      ...base.steps,
      ...told.map(({ decoded }) => decoded),
      { kind: "model", n: act.n, state: "started" },
    ],
    after: { kind: "start", intents: [...intents, { n: act.n, kind: "model" }] },
  };
}

function finishStep(steps: readonly DecodedStep[]): number | undefined {
  return steps.find((step) => step.kind === "tool" && step.tool === "finish")?.n;
}

function end({ seen, base, deps }: Move, next: End, intents: readonly StepIntent[]): Change {
  return {
    ...base,
    steps: [...base.steps, ...(next.kind === "gate" ? gatedSteps(next.calls) : [])],
    say: [...base.say, ...wordsOf(seen, next, deps)],
    events: [...base.events, ...(next.kind === "gate" ? gatedEvents(seen, next.calls, deps.world) : [])],
    privately: saidPrivately(seen, next, deps),
    after: afterEnd(seen, next, deps, intents),
  };
}

// oxlint-disable-next-line max-params -- where it stands, what comes, and with what
function afterEnd(work: Work, next: End, deps: RuntimeDeps, intents: readonly StepIntent[]): After {
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
    case "gate":
      return { kind: "park", wait: waitOf(work, next, deps).wait, intents };
    case "still-waiting":
      return { kind: "park", intents: [] };
    default:
      return next satisfies never;
  }
}

async function intentsOf(next: Next, deps: RuntimeDeps): Promise<StepIntent[]> {
  if (next.kind === "model" || next.kind === "compaction") {
    return next.fresh ? [{ n: next.n, kind: next.kind }] : [];
  }
  if (next.kind !== "tools" && next.kind !== "gate") return [];
  const calls: readonly PlannedCall[] = next.calls;
  return Promise.all(calls.filter(({ fresh }) => fresh).map((call) => toolIntent(call, deps)));
}

async function toolIntent(call: PlannedCall, deps: RuntimeDeps): Promise<StepIntent> {
  const { n, tool, callId, arguments: text } = stepId(call);
  const { admission } = call;
  return {
    n,
    kind: "tool",
    tool,
    callId,
    arguments: await compact(deps.workspaces.blobs, text),
    ...(admission.kind === "admitted" ? { identity: admission.rights.identity } : {}),
    ...(admission.kind === "gated" ? { gated: true } : {}),
  };
}

/** What waited at a gate and is begun now. */
async function begunGated(work: Work, act: Next, deps: RuntimeDeps): Promise<Begun[]> {
  if (act.kind !== "tools") return [];
  const gated = new Set(work.steps.filter((step) => step.kind === "tool" && step.gated).map(({ n }) => n));
  const begun = act.calls.flatMap(({ n, admission }) =>
    gated.has(n) && admission.kind === "admitted" ? [{ n, admission }] : [],
  );
  return Promise.all(
    begun.map(async ({ n, admission: { rights, call } }) => ({
      n,
      identity: rights.identity,
      arguments: await compact(deps.workspaces.blobs, call.canonical),
    })),
  );
}

function gatedSteps(calls: readonly PlannedCall[]): DecodedStep[] {
  return calls.map((call) => ({ ...startedTool(stepId(call)), gated: true }));
}

function startedSteps(act: Act): DecodedStep[] {
  if (act.kind === "tools") return act.calls.map((call) => startedTool(stepId(call)));
  return [{ kind: act.kind, n: act.n, state: "started" }];
}
