// The one result (or failure) of a run: always a new post (ux c.6, c.7).
//
//   V1  Every run ends with a message (I13): each terminal state has its words here.

import { anewValue } from "../../domain/actions.ts";
import { usdInWords } from "../../domain/budget.ts";
import { canGoOn } from "../../domain/going-on.ts";
import type { Button, OutgoingFile, ResultMessage, Utterance } from "../../domain/outbox.ts";
import type { Run, TerminalRunState } from "../../domain/run.ts";

/** More than this goes to an attached file (design 10, numbers). */
export const inlineLimit = { characters: 2_000, lines: 40 } as const;

/** A result that comes later than this after the request mentions the requester (ux c.0 rule 10). */
const mentionAfterMs = 3 * 60_000;

export interface Ending {
  readonly outcome: TerminalRunState;
  /** Of a failure: why. */
  readonly code?: string;
  readonly text: string;
  readonly files: readonly OutgoingFile[];
  readonly now: number;
  /** The person is not to be disturbed: it is posted, and mentions nobody. */
  readonly quiet?: boolean;
}

export function resultKey(run: Run["id"]): string {
  return `result:${run}`;
}

export function resultPost(run: Run, ending: Ending): Utterance {
  return {
    key: resultKey(run.id),
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "post", message: resultMessage(run, ending) },
  };
}

export function resultMessage(run: Run, ending: Ending): ResultMessage {
  const tookMs = Math.max(0, ending.now - run.createdAt);
  const calls = (tookMs > mentionAfterMs || run.schedule !== undefined) && ending.quiet !== true;
  return {
    kind: "result",
    outcome: ending.outcome,
    title: run.plan?.title ?? run.title,
    text: ending.text,
    ...(calls ? { mention: run.subject } : {}),
    mentionName: run.subjectName,
    files: [...ending.files],
    footer: footer(run, tookMs),
    buttons: buttonsOf(run, ending),
  };
}

/** The labels say which: on from the journal, or from the start. */
function buttonsOf({ id }: Run, { outcome, code }: Ending): Button[] {
  if (outcome === "done") {
    return [
      { action: "feedback.up", value: id, label: "Helpful", style: "plain" },
      { action: "feedback.down", value: id, label: "Not helpful", style: "plain" },
    ];
  }
  const possible = canGoOn({ state: outcome, ...(code === undefined ? {} : { outcome: { code } }) });
  const action = outcome === "failed" ? "run.retry" : "run.resume";
  return [
    ...(possible ? [{ action, value: id, label: "Go on", style: "primary" } as const] : []),
    {
      action: "run.retry",
      value: anewValue(id),
      label: "Start over",
      style: possible ? "plain" : "primary",
    },
  ];
}

function footer(run: Run, tookMs: number): string {
  const cost = run.spent.usdMicros > 0 ? ` · ${usdInWords(run.spent.usdMicros / 1e6)}` : "";
  return `Asked by ${run.subjectName} · took ${duration(tookMs)}${cost} · ${run.id}`;
}

/** `8 s`, `4 min`, `3 h 20 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** What is done, half done and not started, from the plan: for stops and failures (ux c.7, c.8). */
export function progressLines(run: Run): string {
  const steps = run.plan?.steps ?? [];
  if (steps.length === 0) return "";
  const of = (state: string): string[] =>
    steps.filter((step) => step.state === state).map((step) => step.text);
  const line = (label: string, items: readonly string[]): string[] =>
    items.length > 0 ? [`${label}: ${items.join("; ")}`] : [];
  return [
    ...line("Done", of("done")),
    ...line("Half done", of("doing")),
    ...line("Not started", of("todo")),
  ].join("\n");
}
