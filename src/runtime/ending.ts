// How a segment ends: what is said, and what a parked run waits for.

import { asWaitId } from "../domain/ids.ts";
import type { OutgoingFile, Utterance } from "../domain/outbox.ts";
import { nextWorkingMorning } from "../domain/quiet-hours.ts";
import type { DoubtAsk } from "../domain/wait.ts";
import type { StepIntent } from "../store/contract.ts";
import type { End, GatedCall } from "./act.ts";
import type { RuntimeDeps, World } from "./deps.ts";
import type { NewWait } from "./journal.ts";
import { limits } from "./limits.ts";
import { quietFor } from "./quiet.ts";
import { apartFor } from "./audience.ts";
import { toldIn } from "./told-run.ts";
import { approvalAsk, askedApart, type PrivateCard } from "./voice/approval-card.ts";
import { askPost, cardsAside, withoutCall } from "./voice/attention.ts";
import type { Due } from "./voice/local-time.ts";
import { duration, inlineLimit, resultPost } from "./voice/result.ts";
import { type CardLook, cardEdit } from "./voice/run-card.ts";
import { sessionStatus } from "./voice/session-status.ts";
import { notedLines, type Work } from "./work.ts";

/** A result too long for a message becomes a file; its beginning stays as the summary (ux c.6). */
export async function fitEnd(end: End, deps: RuntimeDeps): Promise<End> {
  if (end.kind !== "settle" || end.quiet) return end;
  const lines = end.text.split("\n");
  const fits = end.text.length <= inlineLimit.characters && lines.length <= inlineLimit.lines;
  if (fits) return end;
  const sha256 = await deps.workspaces.blobs.put(Buffer.from(end.text));
  const file: OutgoingFile = { name: "result.md", sha256, sizeBytes: Buffer.byteLength(end.text) };
  return {
    ...end,
    text: `${closeFences(headOf(end.text))}\n\n… The whole result is in result.md.`,
    files: [...end.files, file],
  };
}

/** What a message shows of a text, however long it is. */
export function headOf(text: string): string {
  return text
    .split("\n", inlineLimit.lines - 4)
    .join("\n")
    .slice(0, inlineLimit.characters - 200)
    .toWellFormed();
}

/** A code block that the cut left open is closed. */
function closeFences(text: string): string {
  const fences = text.split("\n").filter((line) => line.trimStart().startsWith("```")).length;
  return fences % 2 === 1 ? `${text}\n\`\`\`` : text;
}

type Parking = Extract<End, { kind: "ask" | "budget" | "doubt" | "gate" }>;

/** What the wait of a parking run is, and the intent of the step it completes where that is new. */
export function waitOf(
  work: Work,
  end: Parking,
  deps: RuntimeDeps,
): { readonly wait: NewWait; readonly intents: readonly StepIntent[] } {
  const now = deps.world.clock.now();
  const id = waitId(work, end);
  switch (end.kind) {
    case "ask":
      return {
        wait: {
          id,
          step: end.n,
          kind: end.ask.kind === "schedule" ? "approval" : "question",
          ask: apartFor(work, end.ask),
          ...(end.dueAt === undefined ? {} : { dueAt: end.dueAt }),
          ...(end.ask.kind === "schedule" ? {} : { nudgeAt: nudgeTime(work, deps) }),
        },
        intents: [],
      };
    case "budget": {
      const n = work.run.cursor;
      return {
        wait: {
          id,
          step: n,
          kind: "budget",
          ask: apartFor(work, budgetAsk(work, end.limit, now)),
          nudgeAt: nudgeTime(work, deps),
        },
        intents: [{ n, kind: "wait" }],
      };
    }
    case "doubt":
      return {
        wait: {
          id,
          step: end.n,
          kind: "question",
          ask: apartFor(work, doubtAsk(work, end)),
          nudgeAt: nudgeTime(work, deps),
        },
        intents: [],
      };
    case "gate":
      return { wait: { id, step: firstOf(end.calls).n, ...gateWait(work, end.calls, deps) }, intents: [] };
    default:
      return end satisfies never;
  }
}

function gateWait(work: Work, calls: readonly GatedCall[], deps: RuntimeDeps): Omit<NewWait, "id" | "step"> {
  const { gate } = firstOf(calls).admission;
  if (gate.kind === "grant") return { kind: "grant", ask: gate.need, nudgeAt: nudgeTime(work, deps) };
  const drafts = calls.flatMap(({ admission }) =>
    admission.gate.kind === "approval" && admission.gate.draft ? [admission.gate.draft] : [],
  );
  return {
    kind: "approval",
    ask: askedApart(work.run, apartFor(work, approvalAsk(work.run, drafts, gate.people ?? [])), gate.people),
    dueAt: Math.min(...drafts.map(({ expiresAt }) => expiresAt)),
  };
}

function firstOf(calls: readonly GatedCall[]): GatedCall {
  const [first] = calls;
  if (!first) throw new Error("A gate without a call");
  return first;
}

/** One reminder, on the next working morning of whoever is asked (ux c.3), or as soon as they may be called (QT2). */
function nudgeTime(work: Work, deps: RuntimeDeps): number {
  const { agents, world } = deps;
  return quietFor(work, deps) ?? nextWorkingMorning(agents.quietHours, world.clock.now(), work.timeZone);
}

/** All that is known of an act in doubt. */
function doubtAsk(work: Work, { n, tool }: Extract<End, { kind: "doubt" }>): DoubtAsk {
  const step = work.steps.find((candidate) => candidate.n === n);
  if (step?.kind !== "tool") return { kind: "doubt", tool, step: n };
  const { arguments: text, startedAt } = step;
  return {
    kind: "doubt",
    tool,
    step: n,
    arguments: text.length > 300 ? `${text.slice(0, 299).toWellFormed()}…` : text,
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** Derived from run and step, so that the words and the wait agree without passing an id around. */
function waitId(work: Work, end: Parking): NewWait["id"] {
  const name = `wait_${work.run.id.replace(/^run_/, "")}`;
  switch (end.kind) {
    case "budget":
      return numbered(work, name, work.run.cursor);
    case "gate":
      return numbered(work, name, firstOf(end.calls).n);
    case "ask":
    case "doubt":
      return numbered(work, name, end.n);
    default:
      return end satisfies never;
  }
}

/** A step may be waited for more than once: at its gate, again when that has changed, and when it is in doubt. */
function numbered({ waits }: Work, name: string, n: number): NewWait["id"] {
  const before = waits.filter((wait) => wait.step === n).length;
  return asWaitId(before === 0 ? `${name}_${n}` : `${name}_${n}_${before + 1}`);
}

function budgetAsk(
  work: Work,
  limit: Extract<End, { kind: "budget" }>["limit"],
  now: number,
): NewWait["ask"] {
  const { budget, spent, createdAt } = work.run;
  const numbers = {
    steps: { used: spent.steps, cap: budget.steps },
    tokens: { used: spent.inputTokens + spent.outputTokens, cap: budget.tokens ?? 0 },
    usd: { used: spent.usdMicros / 1e6, cap: (budget.usdMicros ?? 0) / 1e6 },
    hours: { used: (now - createdAt) / 3_600_000, cap: budget.hours ?? 0 },
  };
  return { kind: "budget", limit, ...numbers[limit] };
}

export function wordsOf(work: Work, end: End, deps: RuntimeDeps): Utterance[] {
  const { run } = work;
  const { world } = deps;
  switch (end.kind) {
    case "settle":
      return [
        ...cardEnds(work, settledLook(work, end, world.clock.now()), world),
        ...(end.quiet ? [] : [settledPost(work, end, deps)]),
        sessionStatus(run, "active", world.ids),
      ];
    case "ask":
    case "budget":
    case "doubt":
    case "gate": {
      const { wait } = waitOf(work, end, deps);
      const state = end.kind === "budget" ? "Paused" : "Waiting for you";
      return [
        ...cardEnds(work, { state, noted: notedLines(work), ...lineOf(work) }, world),
        askingPost(work, wait, deps),
        sessionStatus(run, "suspended", world.ids),
      ];
    }
    case "back-off":
      return end.retries === limits.backOffTold ? waitingCard(work, world) : [];
    case "slice":
    case "still-waiting":
      return [];
    default:
      return end satisfies never;
  }
}

function askingPost(work: Work, wait: NewWait, deps: RuntimeDeps): Utterance {
  const post = askPost(toldIn(work.run, work.conversation.address), wait.id, wait.ask, dueOf(work, wait));
  return callsLater(work, wait, deps) ? withoutCall(post) : post;
}

/** QT2. */
function callsLater(work: Work, { ask }: NewWait, deps: RuntimeDeps): boolean {
  const isVoidByMorning = ask.kind === "approval" || ask.kind === "schedule";
  return !isVoidByMorning && quietFor(work, deps) !== undefined;
}

/** What is said elsewhere, to whoever is asked in private. */
export function saidPrivately(work: Work, end: End, deps: RuntimeDeps): PrivateCard[] {
  if (end.kind !== "gate" && end.kind !== "ask") return [];
  const { wait } = waitOf(work, end, deps);
  const cards = cardsAside(work.run, wait.id, wait.ask, dueOf(work, wait));
  if (!callsLater(work, wait, deps)) return cards;
  return cards.map(({ to, utterance }) => ({ to, utterance: withoutCall(utterance) }));
}

function settledPost(work: Work, end: Extract<End, { kind: "settle" }>, deps: RuntimeDeps): Utterance {
  return resultPost(work.run, {
    outcome: end.state,
    code: end.code,
    text: end.text,
    files: end.files,
    now: deps.world.clock.now(),
    quiet: quietFor(work, deps) !== undefined,
  });
}

function dueOf({ timeZone }: Work, { dueAt }: NewWait): Due | undefined {
  return dueAt === undefined ? undefined : { at: dueAt, timeZone };
}

/** Only of a run that has shown one: where many wait, one message tells of it (gateway/troubles.ts). */
function waitingCard(work: Work, world: World): Utterance[] {
  const line = "The model service isn't answering; I keep trying.";
  const look: CardLook = { state: "Working", line, noted: notedLines(work) };
  return work.cardPosted ? [cardEdit(work.run, look, world.ids.next("rev"))] : [];
}

function lineOf(work: Work): { readonly line?: string } {
  return work.cardLine === undefined ? {} : { line: work.cardLine };
}

function settledLook(work: Work, end: Extract<End, { kind: "settle" }>, now: number): CardLook {
  const words = { done: "Done", failed: "Failed", stopped: "Stopped", expired: "Expired" } as const;
  return {
    state: words[end.state],
    line: `${words[end.state]} after ${duration(now - work.run.createdAt)}.`,
    noted: notedLines(work),
  };
}

/** The card changes only if there is one: a quick answer never had it. */
function cardEnds(work: Work, look: CardLook, world: World): Utterance[] {
  return work.cardPosted ? [cardEdit(work.run, look, world.ids.next("rev"))] : [];
}
