// What a segment holds in memory of its run: a cache of the rows, thrown away when the segment ends.

import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { Manifest } from "../domain/manifest.ts";
import type { Lease, Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import type { Workspace } from "../workspace/contract.ts";
import type { SegmentControl } from "./contract.ts";
import type { DecodedStep } from "./decoded-step.ts";

/** Mutable on purpose: `journal.ts` moves it on with each commit, nobody else writes it. */
export interface Work {
  run: Run;
  readonly lease: Lease;
  readonly control: SegmentControl;
  /** Aborts with `control.stop` and `control.abandon`: what a call of a model or tool obeys. */
  readonly signal: AbortSignal;
  readonly agent: Agent;
  readonly conversation: Conversation;
  /** Of the run's subject, where the platform told it. */
  readonly timeZone: string | undefined;
  readonly workspace: Workspace;
  /** The tools of the agent's ceiling. */
  readonly tools: readonly Tool[];
  readonly instructions: string;
  /** From the context base on, in order. */
  steps: DecodedStep[];
  mail: Mail[];
  readonly waits: readonly Wait[];
  manifest: Manifest | undefined;
  cardPosted: boolean;
  /** Last check-in or status line of the card. */
  cardLine: string | undefined;
  /** Estimated tokens of instructions and tool schemas. */
  readonly baseTokens: number;
  /** Reported tokens over estimated ones, at least 1: corrects the estimate. */
  tokenRatio: number;
  /** The model service said that the context does not fit. */
  overflowed: boolean;
}

export function opening(work: Work): string {
  return work.run.opening ?? work.run.goal;
}

/** What the subject added on the way, for the card's "Noted". */
export function notedLines(work: Work): string[] {
  return work.mail
    .filter((mail) => mail.kind === "steer" && mail.consumedBy !== undefined)
    .map((mail) => (mail.text.length > 120 ? `${mail.text.slice(0, 119)}…` : mail.text));
}
