// The run card: one message per run, edited in place (ux c.2).

import {
  type Button,
  type CardState,
  isEndedCard,
  type RunCard,
  type Utterance,
} from "../../domain/outbox.ts";
import type { Run, RunState } from "../../domain/run.ts";

export interface CardLook {
  readonly state: CardState;
  /** One sentence under the title: what is being done now, or how it ended. */
  readonly line?: string;
  /** Steering that was taken in, newest last. */
  readonly noted: readonly string[];
}

/** Key of the card's post; every later edit targets it. */
export function cardKey(run: Run["id"]): string {
  return `card:${run}`;
}

export function runCard(run: Run, look: CardLook): RunCard {
  const ended = isEndedCard(look.state);
  return {
    kind: "card",
    run: run.id,
    title: run.plan?.title ?? run.title,
    state: look.state,
    agent: run.agent,
    mode: run.mode,
    askedBy: run.subjectName,
    ...(look.line === undefined ? {} : { line: look.line }),
    steps: run.plan?.steps ?? [],
    noted: look.noted.slice(-3),
    startedAt: run.startedAt ?? run.createdAt,
    ...(run.spent.usdMicros > 0 ? { spentUsd: run.spent.usdMicros / 1e6 } : {}),
    ...(run.budget.usdMicros === undefined ? {} : { capUsd: run.budget.usdMicros / 1e6 }),
    buttons: ended ? [] : [stopButton(run)],
  };
}

export function stopButton(run: Run): Button {
  return {
    action: "run.stop",
    value: run.id,
    label: "Stop",
    style: "danger",
    confirm: "Stop this run? Files made so far are kept.",
  };
}

export function cardPost(run: Run, look: CardLook): Utterance {
  return {
    key: cardKey(run.id),
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "post", message: runCard(run, look) },
  };
}

/** `revision` makes the edit's key: one revision is one edit. */
export function cardEdit(run: Run, look: CardLook, revision: string): Utterance {
  return {
    key: `${cardKey(run.id)}:${revision}`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "edit", target: cardKey(run.id), message: runCard(run, look) },
  };
}

/** What the card says for a state of the run by itself. */
export function cardStateOf(state: RunState): CardState {
  switch (state) {
    case "queued":
      return "Queued";
    case "working":
      return "Working";
    case "waiting":
      return "Waiting for you";
    case "done":
      return "Done";
    case "failed":
      return "Failed";
    case "stopped":
      return "Stopped";
    case "expired":
      return "Expired";
    default:
      return state satisfies never;
  }
}
