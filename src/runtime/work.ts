// What a segment holds in memory of its run: a cache of the rows, thrown away when the segment ends.

import type { Agent } from "../domain/agent.ts";
import type { Approval } from "../domain/approval.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { Manifest } from "../domain/manifest.ts";
import type { Person } from "../domain/person.ts";
import type { Lease, Run } from "../domain/run.ts";
import type { Schedule } from "../domain/schedule.ts";
import type { Wait } from "../domain/wait.ts";
import type { Tool } from "../tools/contract.ts";
import type { Workspace } from "../workspace/contract.ts";
import type { SegmentControl } from "./contract.ts";
import type { DecodedStep } from "./decoded-step.ts";
import type { LiveLine } from "./live-voice.ts";
import type { Admission } from "./pipeline.ts";

/** What is known of the schedule that a run is of. */
export interface Scheduled {
  readonly schedule: Schedule;
  /** The last time that it came to an end. */
  readonly before?: Run;
}

/** Mutable on purpose: `journal.ts` moves it on with each commit, nobody else writes it. */
export interface Work {
  run: Run;
  readonly lease: Lease;
  readonly control: SegmentControl;
  /** Aborts with `control.stop` and `control.abandon`: what a call of a model or tool obeys. */
  readonly signal: AbortSignal;
  readonly agent: Agent;
  readonly conversation: Conversation;
  /** The run's subject, as the platform last described them. */
  readonly person: Person | undefined;
  /** Of the run's subject, where the platform told it. */
  readonly timeZone: string | undefined;
  /** Of its subject's client, where the platform tells. */
  readonly locale: string | undefined;
  /** Absent for what a person asked for. */
  readonly scheduled?: Scheduled;
  readonly workspace: Workspace;
  /** The tools of the agent's ceiling. */
  tools: readonly Tool[];
  /** Those that are held back, by name: why. */
  held: ReadonlyMap<string, string>;
  /** Of the source, when it was asked for them. */
  toolsVersion: number;
  readonly instructions: string;
  /** From the context base on, in order. */
  steps: DecodedStep[];
  mail: Mail[];
  readonly waits: readonly Wait[];
  /** Oldest first. */
  approvals: readonly Approval[];
  manifest: Manifest | undefined;
  cardPosted: boolean;
  /** Last check-in or status line of the card. */
  cardLine: string | undefined;
  /** How the calls that are under way were judged, by step: goes on record with their results. */
  readonly judged: Map<number, Admission>;
  /** Estimated tokens of instructions and tool schemas. */
  baseTokens: number;
  /** What the segment shows before it is said; absent where nobody would see it. */
  line?: LiveLine | undefined;
  /** A commit has seen that a stop was asked for, sooner than the signal. */
  stopping: boolean;
}

export function opening(work: Work): string {
  return work.run.opening ?? work.run.goal;
}

/** What a window that begins at `base` holds of `steps` and `mail`. */
export function sinceBase(
  steps: readonly DecodedStep[],
  mail: readonly Mail[],
  base: number | undefined,
): Pick<Work, "steps" | "mail"> {
  if (base === undefined) return { steps: [...steps], mail: [...mail] };
  return {
    steps: steps.filter((step) => step.n >= base),
    mail: mail.filter((item) => (item.consumedBy ?? base) >= base),
  };
}

/** What the subject added on the way, for the card's "Noted". */
export function notedLines(work: Work): string[] {
  return work.mail
    .filter((mail) => mail.kind === "steer" && mail.consumedBy !== undefined)
    .map((mail) => (mail.text.length > 120 ? `${mail.text.slice(0, 119)}…` : mail.text));
}
